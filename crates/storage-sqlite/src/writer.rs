//! The writer thread and its group commit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use huiyin_storage::{ItemKind, Reserved, StoreError};
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::write::Prepared;
use crate::{fault, write};

/// Commands taken into one commit.
const GROUP: usize = 64;
/// Matters from which on it is worth knowing how large the tables are.
const LARGE: i64 = 10_000;
/// How often what the planner knows of the tables is brought up to date.
const OPTIMIZED: Duration = Duration::from_secs(60 * 60);
/// Commands that may wait before senders are told that the store is busy.
const QUEUE: usize = 4096;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer can be asked.
#[derive(Debug)]
pub(crate) enum Command {
    Commit(Box<Prepared>, Reply<()>),
    Remove(String, ItemKind, String, Reply<()>),
    Sweep(String, Timestamp, Reply<u64>),
    Lease(String, String, u32, Reply<u64>),
    Reserve(String, Reserved, Timestamp, Timestamp, Reply<Reserved>),
    GiveBack(String, Vec<Reserved>, Reply<()>),
    SetAside(String, String, Reply<()>),
    Ready(Reply<()>),
}

/// The thread's queue.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Command>,
    given: AtomicU64,
}

impl Writer {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, commands) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || work(&connection, commands))
            .map_err(StoreError::unavailable)?;
        Ok(Self { queue, given: AtomicU64::new(0) })
    }

    /// Commands it was given since it was started.
    pub(crate) fn given(&self) -> u64 {
        self.given.load(Ordering::Relaxed)
    }

    pub(crate) async fn send<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, StoreError> {
        self.given.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(command(reply)).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        answer.await.map_err(|_| gone())?
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the writer has stopped".into())
}

/// An answer that is given only after the commit.
type Answer = Box<dyn FnOnce(Result<(), StoreError>)>;

fn work(connection: &Connection, mut commands: mpsc::Receiver<Command>) {
    let mut looked_at = Instant::now();
    while let Some(first) = commands.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP {
            match commands.try_recv() {
                Ok(next) => group.push(next),
                Err(_) => break,
            }
        }
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE").map_err(fault) {
            refuse(group, &error);
            continue;
        }
        let answers: Vec<Answer> = group.into_iter().map(|command| apply(connection, command)).collect();
        let mut committed = connection.execute_batch("COMMIT").map_err(fault);
        if committed.is_err() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        for answer in answers {
            answer(match &committed {
                Ok(()) => Ok(()),
                Err(_) => {
                    Err(std::mem::replace(&mut committed, Err(StoreError::Busy)).err().unwrap_or(StoreError::Busy))
                }
            });
        }
        if looked_at.elapsed() >= OPTIMIZED {
            looked_at = Instant::now();
            if let Err(error) = analyze(connection) {
                tracing::warn!(error = %error, "what the planner knows of the tables could not be brought up to date");
            }
        }
    }
}

/// Brings up to date what the planner knows of the large tables, once they are large. It is never done while they are
/// small, and never for the full-text index: what is known of a small table makes a scan look cheap, and stays when the
/// table has grown.
fn analyze(connection: &Connection) -> rusqlite::Result<()> {
    let matters: i64 = connection.query_row("SELECT coalesce(max(seq), 0) FROM proceeding", [], |r| r.get(0))?;
    if matters < LARGE {
        return Ok(());
    }
    connection.execute_batch("ANALYZE proceeding; ANALYZE reader; ANALYZE duty; ANALYZE event; ANALYZE matter_fact;")
}

fn refuse(group: Vec<Command>, error: &StoreError) {
    let again = || match error {
        StoreError::Busy => StoreError::Busy,
        StoreError::CannotWrite(why) => StoreError::CannotWrite(why.to_string().into()),
        other => StoreError::Unavailable(other.to_string().into()),
    };
    for command in group {
        match command {
            Command::Commit(_, reply)
            | Command::Remove(_, _, _, reply)
            | Command::SetAside(_, _, reply)
            | Command::GiveBack(_, _, reply)
            | Command::Ready(reply) => drop(reply.send(Err(again()))),
            Command::Reserve(_, _, _, _, reply) => drop(reply.send(Err(again()))),
            Command::Sweep(_, _, reply) | Command::Lease(_, _, _, reply) => drop(reply.send(Err(again()))),
        }
    }
}

fn apply(connection: &Connection, command: Command) -> Answer {
    match command {
        Command::Commit(changes, reply) => later(reply, savepoint(connection, |c| write::commit(c, &changes))),
        Command::Remove(tenant, kind, key, reply) => {
            later(reply, savepoint(connection, |c| write::remove_item(c, &tenant, kind, &key)))
        }
        Command::Sweep(tenant, now, reply) => {
            later(reply, savepoint(connection, |c| write::sweep_items(c, &tenant, now)))
        }
        Command::Lease(tenant, name, count, reply) => {
            later(reply, savepoint(connection, |c| write::lease(c, &tenant, &name, count)))
        }
        Command::Reserve(tenant, wanted, now, until, reply) => {
            later(reply, savepoint(connection, |c| write::reserve(c, &tenant, wanted, now, until)))
        }
        Command::GiveBack(tenant, numbers, reply) => {
            later(reply, savepoint(connection, |c| write::give_back(c, &tenant, &numbers)))
        }
        Command::SetAside(tenant, matter, reply) => {
            later(reply, savepoint(connection, |c| write::set_aside(c, &tenant, &matter)))
        }
        Command::Ready(reply) => later(reply, savepoint(connection, write::probe)),
    }
}

fn later<T: 'static>(reply: Reply<T>, result: Result<T, StoreError>) -> Answer {
    Box::new(move |committed| drop(reply.send(committed.and(result))))
}

/// One command's work; when it fails, only its own writes are undone.
fn savepoint<T>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("SAVEPOINT one").map_err(fault)?;
    let result = job(connection);
    connection
        .execute_batch(if result.is_ok() { "RELEASE one" } else { "ROLLBACK TO one; RELEASE one" })
        .map_err(fault)?;
    result
}
