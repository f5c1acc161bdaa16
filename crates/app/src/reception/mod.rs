//! The hall: tickets, the queue, calls. Everything a visitor is owed is a duty of her visit, a proceeding like any
//! other; here stands what the hall needs beside it: which windows there are, who is next, how long the others wait.

pub mod board;
pub mod booking;
pub mod come;
pub mod desk;
pub mod device;
pub mod figures;
pub mod hall;
pub mod leaders;
pub mod record;
pub mod sitting;
pub mod texts;
pub mod ticket;
pub mod today;
pub mod unsent;
pub(crate) mod watch;

pub use board::{Board, Line, board};
pub use hall::{Hall, Window};
pub use ticket::Ticket;
