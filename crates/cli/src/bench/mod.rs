//! `huiyin bench`: intake, lifecycles, my duties, search and the sweep, measured over loopback HTTP beside bare
//! SQLite in the same run, as JSON. Ratios hold on any machine; single figures belong to the machine they came from.

mod client;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use huiyin_app::{Office, Staff, TimeSource, sign_in, sweep};
use huiyin_storage_sqlite::baseline;
use huiyin_web::{WebConfig, router};
use serde_json::{Value, json};

use crate::config::Config;
use crate::setup::{self, Make, SystemClock};
use client::Connection;

#[derive(clap::Args)]
pub struct Args {
    /// Matters to fill the store with before duties, search and sweep are measured.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    matters: u64,
    /// Seconds of each measurement.
    #[arg(long, value_name = "S", default_value_t = 4)]
    seconds: u64,
    /// Folder for the files of the run; a temporary one when not given, on the disk of the system's temporary folder.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// A PostgreSQL address instead of the embedded database.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    database: String,
    /// Where the JSON goes; standard output when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

struct Bench {
    address: SocketAddr,
    office: Office,
    clock: Arc<SystemClock>,
    clerk: String,
    handler: String,
    time: Duration,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let temporary = tempfile::tempdir()?;
    let data = args.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    let config = Config {
        data: data.clone(),
        database: args.database.clone(),
        front_office: huiyin_demo::FRONT_OFFICE.into(),
        log: "error".into(),
        ..Config::default()
    };
    let begun = Instant::now();
    let opened = setup::open(&config, Make::Folder).await?;
    setup::install_shipped(&opened.office, false).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let site = router(opened.office.clone(), WebConfig::default())?;
    tokio::spawn(async move { axum::serve(listener, site.into_make_service_with_connect_info::<SocketAddr>()).await });
    Connection::open(address).await?.get("/healthz", "").await?;
    let start_ms = begun.elapsed().as_secs_f64() * 1000.0;
    huiyin_demo::people(&opened.office).await?;
    let bench = Bench {
        address,
        clerk: token(&opened.office, "countyxf.clerk").await?,
        handler: token(&opened.office, "housing.handler").await?,
        office: opened.office,
        clock: opened.clock,
        time: Duration::from_secs(args.seconds),
    };
    let idle_mb = resident_mb();
    let raw = baseline::rows_per_second(&data.join("raw.db"), &text(0), bench.time)?;
    let mut intake = Vec::new();
    for clients in [1, 8, 64] {
        let rate = bench.intake(clients).await?;
        intake.push(json!({ "clients": clients, "per_second": round(rate), "of_raw": round(rate / raw) }));
    }
    bench.fill(args.matters).await?;
    let lifecycles = bench.lifecycles(16).await?;
    let duties = bench.latencies("/api/v1/duties?whose=unit&limit=50", &bench.clerk).await?;
    let rare = bench.latencies("/api/v1/matters?q=%E5%BE%AA%E7%8E%AF%E6%B3%B5&limit=50", &bench.clerk).await?;
    let common = bench.latencies("/api/v1/matters?q=%E4%BE%9B%E6%9A%96&limit=50", &bench.clerk).await?;
    let sweep = bench.sweep().await?;
    let raw_after = baseline::rows_per_second(&data.join("raw.db"), &text(0), bench.time)?;
    let report = json!({
        "backend": bench.office.backend(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "matters": args.matters,
        "raw_rows_per_second": round(raw),
        "raw_rows_per_second_after": round(raw_after),
        "intake": intake,
        "lifecycles_per_second": round(lifecycles),
        "my_duties_ms": duties,
        "search_rare_ms": rare,
        "search_common_ms": common,
        "sweep": sweep,
        "cold_start_ms": round(start_ms),
        "idle_resident_mb": round(idle_mb),
        "loaded_resident_mb": round(resident_mb()),
    });
    let text = serde_json::to_string_pretty(&report)?;
    match &args.out {
        Some(path) => {
            std::fs::write(path, text + "\n").with_context(|| format!("cannot write `{}`", path.display()))?
        }
        None => println!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}

async fn token(office: &Office, login: &str) -> anyhow::Result<String> {
    let directory = office.directory().await?;
    let find = |login: &str| {
        directory.officers.iter().find(|o| o.login == login).cloned().context("the bench county lacks an officer")
    };
    let admin = Staff::from_officer(find("countyxf.head")?, &directory);
    Ok(format!("Bearer {}", sign_in::make_token(office, &admin, &find(login)?.id, "bench").await?))
}

/// A petition of about 150 characters.
fn text(n: u64) -> String {
    let rare = if n.is_multiple_of(997) { "换热站循环泵损坏" } else { "换热站设备老化" };
    format!(
        "我是幸福里小区{n}号住户，今年入冬以来室内温度多在十四五度，多次拨打热力公司电话，答复都是正在调节，至今没有改善。{rare}，供暖不达标。家里有八十岁的老人和上小学的孩子，夜里要穿棉衣睡觉。请有关部门到户测温并督促整改，退还一月份不达标期间的热费，并告知什么时候能够恢复正常供热。"
    )
}

fn round(n: f64) -> f64 {
    (n * 100.0).round() / 100.0
}

/// Resident memory of this process in MB (Linux; 0 elsewhere).
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .and_then(|l| l.trim().trim_end_matches(" kB").trim().parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

impl Bench {
    async fn lodge(connection: &mut Connection, n: u64) -> anyhow::Result<(String, String)> {
        let body =
            json!({ "text": text(n), "title": "供暖温度长期不达标", "naming": "anonymous", "purpose": "request" });
        let answer = connection.post("/api/v1/submissions", "", &body).await?;
        let field = |name: &str| {
            answer.get(name).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no receipt: {answer}"))
        };
        Ok((field("number")?, field("code")?))
    }

    async fn intake(&self, clients: u64) -> anyhow::Result<f64> {
        let counter = Arc::new(AtomicU64::new(0));
        let (begun, time) = (Instant::now(), self.time);
        let jobs: Vec<_> = (0..clients)
            .map(|c| {
                let (address, counter) = (self.address, counter.clone());
                tokio::spawn(async move {
                    let mut connection = Connection::open(address).await?;
                    while begun.elapsed() < time {
                        let n = counter.fetch_add(1, Ordering::Relaxed);
                        Self::lodge(&mut connection, c * 1_000_003 + n).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for job in jobs {
            job.await??;
        }
        Ok(to_f64(counter.load(Ordering::Relaxed)) / begun.elapsed().as_secs_f64())
    }

    async fn fill(&self, matters: u64) -> anyhow::Result<()> {
        let counter = Arc::new(AtomicU64::new(0));
        let jobs: Vec<_> = (0..64)
            .map(|_| {
                let (address, counter) = (self.address, counter.clone());
                tokio::spawn(async move {
                    let mut connection = Connection::open(address).await?;
                    loop {
                        let n = counter.fetch_add(1, Ordering::Relaxed);
                        if n >= matters {
                            return anyhow::Ok(());
                        }
                        Self::lodge(&mut connection, n).await?;
                    }
                })
            })
            .collect();
        for job in jobs {
            job.await??;
        }
        Ok(())
    }

    /// Lodge, route, accept, answer, find: each a durable request of its own.
    async fn lifecycles(&self, clients: u64) -> anyhow::Result<f64> {
        let counter = Arc::new(AtomicU64::new(0));
        let (begun, time) = (Instant::now(), self.time);
        let today = self.office.now().today().to_string();
        let jobs: Vec<_> = (0..clients)
            .map(|_| {
                let (address, counter, today) = (self.address, counter.clone(), today.clone());
                let (clerk, handler) = (self.clerk.clone(), self.handler.clone());
                tokio::spawn(async move {
                    let mut connection = Connection::open(address).await?;
                    while begun.elapsed() < time {
                        let n = counter.fetch_add(1, Ordering::Relaxed);
                        let (number, code) = Self::lodge(&mut connection, n).await?;
                        let path = |step: &str| format!("/api/v1/matters/{number}-1/moves/{step}");
                        let send = |fields: Value| json!({ "fields": fields });
                        connection.post(&path("refer"), &clerk, &send(json!({ "to_unit": "housing" }))).await?;
                        connection.post(&path("accept"), &handler, &send(json!({ "accepted_on": today, "procedure": "六十日内书面答复" }))).await?;
                        let opinion = json!({ "request": "供暖", "facts": "属实", "outcome": "support", "opinion": "整改", "legal_basis": "条例", "remedy": "复查", "unheard_reason": "已核实" });
                        connection.post(&path("decide"), &handler, &send(opinion)).await?;
                        connection.get("/api/v1/submission", &format!("Receipt {code}")).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for job in jobs {
            job.await??;
        }
        Ok(to_f64(counter.load(Ordering::Relaxed)) / begun.elapsed().as_secs_f64())
    }

    async fn latencies(&self, path: &str, authorization: &str) -> anyhow::Result<Value> {
        let mut connection = Connection::open(self.address).await?;
        let begun = Instant::now();
        let mut all = Vec::new();
        while begun.elapsed() < self.time {
            let one = Instant::now();
            connection.get(path, authorization).await?;
            all.push(one.elapsed().as_secs_f64() * 1000.0);
        }
        all.sort_by(f64::total_cmp);
        let at = |share: usize| all.get((all.len().saturating_sub(1)) * share / 100).copied().unwrap_or(0.0);
        Ok(json!({ "requests": all.len(), "p50": round(at(50)), "p99": round(at(99)) }))
    }

    /// Office time goes to the moment the first thousand or more have fallen due.
    async fn sweep(&self) -> anyhow::Result<Value> {
        let day = 86_400;
        let mut at = self.clock.office_now();
        for _ in 0..120 {
            at = jiff::Timestamp::from_second(at.as_second() + day)?;
            self.clock.move_to(at);
            let begun = Instant::now();
            let swept = sweep::sweep_office(&self.office).await?;
            let worked = u64::try_from(swept.proceedings.len())?;
            if worked >= 1_000 {
                let seconds = begun.elapsed().as_secs_f64();
                return Ok(
                    json!({ "matters": worked, "seconds": round(seconds), "seconds_per_1000": round(seconds * 1000.0 / to_f64(worked)) }),
                );
            }
        }
        Ok(json!({ "matters": 0 }))
    }
}

fn to_f64(n: u64) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
