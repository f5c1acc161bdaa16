//! Configuration: defaults that start, then a file, then the environment, then flags. Unknown keys are refused.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

/// Environment variables of ours that are not configuration.
const NOT_CONFIG: &[&str] = &[
    "HUIYIN_CI",
    "HUIYIN_TEST_POSTGRES",
    "HUIYIN_TEST_AXE",
    "HUIYIN_CONFIG",
    "HUIYIN_WRITE",
    "HUIYIN_LONG",
    "HUIYIN_OFFICE_KEY",
    "HUIYIN_PASSPHRASE",
];

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to serve on.
    pub listen: String,
    /// Folder of the database, the files and the secret.
    pub data: PathBuf,
    /// A PostgreSQL address (`host=… user=… dbname=…`); empty for the embedded database.
    pub database: String,
    /// A file with the certificates (PEM) that the server of `database` is checked against; empty: it is encrypted but
    /// not checked.
    pub database_certificate: String,
    /// Tenant, the first part of every key.
    pub tenant: String,
    /// Time zone in which days are counted.
    pub timezone: String,
    /// Code of the unit that receives what is lodged online.
    pub front_office: String,
    /// Division code of the area the office serves; forms offer the places right under it. Empty: places in words.
    pub division: String,
    /// A folder with the office's own licensed faces for papers; empty: those of Debian's packages.
    pub faces: String,
    /// A folder with further languages of pages, one folder of word files for each, such as `fr`; what it lacks is
    /// shown in English.
    pub locales: String,
    /// The family of packs under which matters are opened, such as `cn/petition`.
    pub procedure: String,
    /// The site is reached by https: cookies carry `Secure`.
    pub https: bool,
    /// Requests come through a proxy of the office's own, whose `X-Forwarded-For` is believed.
    pub proxy: bool,
    /// Filings of one network within ten minutes that stand by themselves at the desk; more are one row to sort. 0
    /// folds nothing.
    pub burst: u32,
    /// What is logged: `error`, `warn`, `info`, `debug`, or as `tracing` takes it.
    pub log: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8100".into(),
            data: PathBuf::from("huiyin-data"),
            database: String::new(),
            database_certificate: String::new(),
            tenant: "main".into(),
            timezone: "Asia/Shanghai".into(),
            front_office: "office".into(),
            division: String::new(),
            faces: String::new(),
            locales: String::new(),
            procedure: "cn/petition".into(),
            https: false,
            proxy: false,
            burst: 30,
            log: "warn,huiyin::security=info".into(),
        }
    }
}

impl Config {
    /// The certificates that the database server is checked against.
    pub fn authority(&self) -> Option<&Path> {
        Some(Path::new(&self.database_certificate)).filter(|_| !self.database_certificate.is_empty())
    }
}

/// Where an installation is: the arguments shared by every command that works on one.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// Folder of the installation.
    #[arg(long, value_name = "FOLDER", default_value = "huiyin-data")]
    data: PathBuf,
    /// Configuration file; `huiyin.toml` of the folder when absent.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// Its configuration.
    pub fn config(&self) -> anyhow::Result<Config> {
        load(self.config.as_deref(), Some(&self.data), None)
    }
}

/// Reads the configuration; `file` must exist when it is named.
pub fn load(file: Option<&Path>, data: Option<&Path>, listen: Option<&str>) -> anyhow::Result<Config> {
    let known: Vec<String> =
        serde_json::to_value(Config::default())?.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
    for (name, _) in std::env::vars() {
        let key = name.strip_prefix("HUIYIN_").map(str::to_lowercase);
        if key.is_some_and(|k| !known.contains(&k)) && !NOT_CONFIG.contains(&name.as_str()) {
            bail!(
                "the environment sets `{name}`, which is no setting; known: {}",
                known.iter().map(|k| format!("HUIYIN_{}", k.to_uppercase())).collect::<Vec<_>>().join(", ")
            );
        }
    }
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    let named = file.map(Path::to_owned).or_else(|| std::env::var_os("HUIYIN_CONFIG").map(PathBuf::from));
    if let Some(file) = &named {
        if !file.is_file() {
            bail!("there is no configuration file `{}`", file.display());
        }
        figment = figment.merge(Toml::file(file));
    } else if let Some(data) = data {
        figment = figment.merge(Toml::file(data.join("huiyin.toml")));
    }
    let keys: Vec<&str> = known.iter().map(String::as_str).collect();
    figment = figment.merge(Env::prefixed("HUIYIN_").only(&keys));
    let mut config: Config = figment.extract().context("the configuration is wrong")?;
    if let Some(data) = data {
        config.data = data.to_owned();
    }
    if let Some(listen) = listen {
        config.listen = listen.to_owned();
    }
    Ok(config)
}
