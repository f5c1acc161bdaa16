//! What several tests of the binary need.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running server; it ends with the test.
pub struct Server(pub Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Asks it to end and waits until it has.
    #[allow(dead_code, reason = "not every test ends one by hand")]
    pub fn end(mut self) {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
        self.0.wait().unwrap();
    }
}

/// Serves an installation on a free port; gives its address.
pub fn serve(data: &str) -> (Server, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_huiyin"))
        .args(["serve", "--data", data, "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Server(child), line.split_whitespace().last().unwrap().to_owned())
}
