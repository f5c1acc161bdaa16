//! `huiyin serve` and `huiyin demo`: the site, the sweep, and an orderly end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context;
use huiyin_app::demo_office::{self, Holds};
use huiyin_app::sign_in::published;
use huiyin_app::{Office, lodge, presence, sweep};
use huiyin_web::{Proxy, WebConfig, router};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::config::{self, Config};
use crate::setup::{self, Make, Opened};
use crate::{demo_folder, doctor};

/// Longest sleep between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(20);
/// How often papers are looked for whose copy is still to be made.
const COPIES_EVERY: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
pub struct ServeArgs {
    /// Configuration file; without it DATA/huiyin.toml is read when there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the database, the files and the secret.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Address and port.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

#[derive(clap::Args)]
pub struct DemoArgs {
    /// Folder of the demo; made when missing, gone on with when there.
    #[arg(long, value_name = "FOLDER", default_value = "huiyin-demo")]
    data: PathBuf,
    /// Address and port.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8100")]
    listen: String,
}

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

fn metrics_text() -> String {
    METRICS.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// Serves an installation.
pub async fn serve(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = config::load(args.config.as_deref(), args.data.as_deref(), args.listen.as_deref())?;
    log(&config);
    let opened = setup::open(&config, Make::Nothing).await?;
    anyhow::ensure!(
        !opened.office.directory().await?.units.is_empty(),
        "`{}` has no units yet; run `huiyin init --data {}` first",
        config.data.display(),
        config.data.display()
    );
    if let Some(error) = opened.unreadable {
        return Err(error);
    }
    if let Some(lacks) = huiyin_app::rules::office_lacks(&opened.office).await? {
        anyhow::bail!(
            "{lacks}: nothing could be received. Put one in: `huiyin pack install --data {} FOLDER`, or with `--shipped` those that come with this program (a store made before 0.2 needs that once); a pack that was withdrawn comes back with `huiyin pack restore ID`",
            config.data.display()
        );
    }
    let listener = bind(&config.listen).await?;
    println!("Huiyin 回音  http://{}", listener.local_addr()?);
    let watch = tokio::spawn(warn_of_open_doors(opened.office.clone()));
    let sweeper = tokio::spawn(sweeping(opened.office.clone()));
    let copier = tokio::spawn(copying(opened.office.clone()));
    serve_office(listener, opened.office, &config).await?;
    sweeper.abort();
    copier.abort();
    watch.abort();
    Ok(ExitCode::SUCCESS)
}

/// Says at the start when an account opens with the demo's password; staff pages say it from then on.
async fn warn_of_open_doors(office: Office) {
    match published::look(&office).await {
        Ok(open) if !open.is_empty() => eprintln!("huiyin: WARNING: {}", doctor::open_doors(&open)),
        Ok(_) => {}
        Err(error) => tracing::error!(error = ?error, "accounts could not be looked through for the demo's password"),
    }
}

/// Makes (or goes on with) the demo county and serves it. The first page is there before the petitions are.
pub async fn demo(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let config = Config {
        data: args.data,
        listen: args.listen,
        front_office: huiyin_demo::FRONT_OFFICE.into(),
        log: "warn".into(),
        division: huiyin_demo::DIVISION.into(),
        ..Config::default()
    };
    log(&config);
    let listener = bind(&config.listen).await?;
    let address = listener.local_addr()?;
    demo_folder::claim(&config.data)?;
    let Opened { office, clock, .. } = setup::open(&config, Make::Folder).await?;
    anyhow::ensure!(demo_office::holds(&office).await? != Holds::Office, demo_folder::not_a_demo(&config.data));
    setup::install_shipped(&office, true).await?;
    let seeding = {
        let office = office.clone();
        let folder = config.data.clone();
        tokio::spawn(async move {
            if let Err(error) = prepare(&office, clock, address, &folder).await {
                eprintln!(
                    "huiyin: the demo could not be made: {error:#}; delete `{}` and start again",
                    folder.display()
                );
            }
            tokio::join!(sweeping(office.clone()), copying(office));
        })
    };
    serve_office(listener, office, &config).await?;
    seeding.abort();
    Ok(ExitCode::SUCCESS)
}

/// Makes the county if it is not there, and prints how to get in. What was left out is said after that: a visitor comes
/// in anyway.
async fn prepare(
    office: &Office,
    clock: std::sync::Arc<setup::SystemClock>,
    address: SocketAddr,
    folder: &std::path::Path,
) -> anyhow::Result<()> {
    let mut left_out = Vec::new();
    let new = demo_office::holds(office).await? == Holds::Nothing;
    if new {
        huiyin_demo::begin(office).await?;
    }
    // Before the petitions are made: whoever waits for them can look around and sign in already.
    sign_ins(address);
    if new {
        println!("making a county with {} petitions in every stage of handling …", huiyin_demo::PETITIONS);
        let begun = std::time::Instant::now();
        match huiyin_demo::seed(office, clock).await {
            Ok(seeded) => {
                println!("{} steps through the use cases in {:.1} s", seeded.steps, begun.elapsed().as_secs_f64());
                left_out = seeded.refused;
                demo_folder::finished(folder)?;
            }
            // The officers come first, so that there is something to sign in to.
            Err(error) if !office.reload_directory().await?.officers.is_empty() => {
                left_out.push(format!("the rest of the petitions: {error}"))
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Some((number, code)) = demo_office::shown(office).await? {
        println!("  a petition  number {number}   receipt code {}", lodge::receipt::grouped(&code));
    }
    if !left_out.is_empty() {
        println!("  left out, since a step was refused ({}):", left_out.len());
        for line in left_out.iter().take(5) {
            println!("    {line}");
        }
        println!();
    }
    println!("  Ctrl-C ends it; the same folder goes on where it stopped.");
    Ok(())
}

fn sign_ins(address: SocketAddr) {
    println!();
    println!("  open        http://{address}");
    println!("  staff       http://{address}/staff   password {}", huiyin_demo::PASSWORD);
    for (login, what) in [
        ("countyxf.clerk", "县信访局 受理岗 · county petition office, reception"),
        ("countyxf.handler", "县信访局 督查岗 · supervision"),
        ("countyxf.head", "县信访局 负责人、管理员 · head and administrator"),
        ("countyxf.admin", "县信访局 系统管理员 · administrator"),
        ("housing.handler", "县住建局 承办岗 · housing bureau, handling"),
        ("housing.head", "县住建局 负责人 · housing bureau, head"),
        ("county.handler", "县政府 复查 · county government, reviews"),
        ("city.handler", "市政府 复核 · city government, re-reviews"),
    ] {
        println!("              {login:<18} {what}");
    }
    println!();
}

fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    if let Ok(handle) = PrometheusBuilder::new().install_recorder() {
        let _ = METRICS.set(handle);
    }
}

async fn bind(listen: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on `{listen}`; choose another with --listen ADDRESS:PORT"))
}

async fn serve_office(listener: TcpListener, office: Office, config: &Config) -> anyhow::Result<()> {
    let store = office.clone();
    let site = router(
        office,
        WebConfig {
            https: config.https,
            proxy: if config.proxy { Proxy::Own } else { Proxy::None },
            burst: config.burst,
            metrics: Some(metrics_text),
            ..WebConfig::default()
        },
    )?;
    huiyin_web::serve(listener, site, config.proxy, ended()).await;
    if let Err(error) = presence::ended(&store, &node()).await {
        tracing::warn!(error = ?error, "that this server has ended could not be noted; it counts as running for a moment");
    }
    // So that the database file alone holds everything that was acknowledged.
    if let Err(error) = store.checkpoint().await {
        tracing::warn!(error = ?error, "the write-ahead log could not be brought into the database file; the next start does it");
    }
    Ok(())
}

async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// What this server is known by among those of the store.
fn node() -> String {
    static NODE: OnceLock<String> = OnceLock::new();
    NODE.get_or_init(|| uuid::Uuid::now_v7().to_string()).clone()
}

/// Makes the copies of papers that are served, for ever; beside the sweep, which waits for none of it.
async fn copying(office: Office) {
    // After an upgrade: the rows by which matters are counted.
    match huiyin_app::projection::complete(&office).await {
        Ok(0) => {}
        Ok(done) => tracing::info!(matters = done, "the rows by which matters are counted were written"),
        Err(error) => tracing::error!(error = ?error, "rows by which matters are counted could not all be written"),
    }
    loop {
        match huiyin_app::papers::make_copies(&office).await {
            // As long as there are some, the next are made at once.
            Ok(made) if made > 0 => {}
            Ok(_) => tokio::time::sleep(COPIES_EVERY).await,
            Err(error) => {
                tracing::error!(error = ?error, "copies of papers could not be made; it is tried again");
                tokio::time::sleep(SWEEP_EVERY).await;
            }
        }
    }
}

/// Works what time has made due, for ever. A failure is logged; the next run is the retry.
async fn sweeping(office: Office) {
    let node = node();
    loop {
        if let Err(error) = presence::serving(&office, &node).await {
            tracing::error!(error = ?error, "that this server runs could not be noted");
        }
        if let Err(error) = huiyin_app::rules::refresh(&office).await {
            tracing::error!(error = ?error, "packs that were changed by another process could not be read");
        }
        match sweep::watched(&office).await {
            Ok(Some(swept)) if !swept.proceedings.is_empty() => {
                tracing::info!(
                    proceedings = swept.proceedings.len(),
                    breaches = swept.breaches,
                    left = swept.left,
                    "the sweep worked what was due"
                )
            }
            Ok(_) => {}
            Err(error) => tracing::error!(error = ?error, "the sweep failed"),
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}
