//! One instant for each call: office time is read once when a request has come in, and everything that is done for it
//! is done at that instant. A form sent at midnight has one day, in its receipt, its periods and its record.

use std::cell::Cell;
use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use huiyin_app::TimeSource;
use jiff::Timestamp;

tokio::task_local! {
    static INSTANT: Cell<Timestamp>;
}

/// Office time as a request sees it; outside of one, and for the machine's own time, as it is.
#[derive(Debug)]
pub(crate) struct TimeOfCall(pub(crate) Arc<dyn TimeSource>);

impl TimeSource for TimeOfCall {
    fn machine_now(&self) -> Timestamp {
        self.0.machine_now()
    }

    fn office_now(&self) -> Timestamp {
        INSTANT.try_with(Cell::get).unwrap_or_else(|_| self.0.office_now())
    }

    fn live(&self) -> Timestamp {
        self.0.live()
    }

    fn move_to(&self, at: Timestamp) -> bool {
        let moved = self.0.move_to(at);
        if moved {
            // What is worked after the time of a demo was moved is worked at the new one.
            let _ = INSTANT.try_with(|instant| instant.set(at));
        }
        moved
    }
}

/// Reads the time anew, once what was sent has come in: a form over a slow line is decided when it is there, not when
/// it began.
pub(crate) fn renew(office: &huiyin_app::Office) {
    let now = office.time_source().live();
    let _ = INSTANT.try_with(|instant| instant.set(now));
}

/// Reads the time and answers at it.
pub(crate) async fn hold(time: Arc<dyn TimeSource>, request: Request, next: Next) -> Response {
    INSTANT.scope(Cell::new(time.office_now()), next.run(request)).await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A clock that goes on by a second whenever it is looked at.
    #[derive(Debug, Default)]
    struct Running(AtomicI64);

    impl TimeSource for Running {
        fn machine_now(&self) -> Timestamp {
            Timestamp::from_second(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
        }

        fn office_now(&self) -> Timestamp {
            self.machine_now()
        }

        fn move_to(&self, at: Timestamp) -> bool {
            self.0.store(at.as_second(), Ordering::SeqCst);
            true
        }
    }

    #[tokio::test]
    async fn a_call_has_one_instant_until_the_time_is_moved() {
        let time = TimeOfCall(Arc::new(Running::default()));
        assert_ne!(time.office_now(), time.office_now(), "outside of a call time goes on");
        let begun = time.0.office_now();
        INSTANT
            .scope(Cell::new(begun), async {
                assert_eq!([time.office_now(), time.office_now()], [begun, begun]);
                assert_ne!(time.machine_now(), time.machine_now(), "the machine's time goes on");
                let later = Timestamp::from_second(1_000).unwrap();
                assert!(time.move_to(later));
                assert_eq!([time.office_now(), time.office_now()], [later, later]);
            })
            .await;
    }
}
