//! The main job in a real browser, without a script of ours: lodged on a phone, handled on a desk, answered,
//! served, rated. Then the widths and the keyboard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use huiyin_testkit::{axe_core, not_run, site, sqlite_office};
use serde_json::json;

pub(crate) struct Driver {
    child: Child,
    port: u16,
    /// Browsers begun so far: each has a folder of its own.
    begun: std::sync::atomic::AtomicU32,
    _profile: tempfile::TempDir,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn driver(test: &str) -> Option<Driver> {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    match Command::new("chromedriver").arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    {
        Ok(child) => Some(Driver { child, port, begun: 0.into(), _profile: tempfile::tempdir().unwrap() }),
        Err(_) => {
            not_run(test, "chromedriver is not installed (Debian: chromium-driver)");
            None
        }
    }
}

pub(crate) async fn browser(driver: &Driver, width: u32, script: &str) -> Client {
    browser_in(driver, width, script, "light").await
}

/// A browser whose reader likes a light or a dark page.
async fn browser_in(driver: &Driver, width: u32, script: &str, scheme: &str) -> Client {
    let nth = driver.begun.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let args = [
        format!("--blink-settings=preferredColorScheme={}", if scheme == "dark" { 0 } else { 1 }),
        "--headless=new".to_owned(),
        "--no-sandbox".into(),
        "--disable-gpu".into(),
        "--no-first-run".into(),
        "--disable-background-networking".into(),
        "--disable-component-update".into(),
        "--disable-sync".into(),
        "--disable-dev-shm-usage".into(),
        format!("--window-size={width},900"),
        format!("--user-data-dir={}", driver._profile.path().join(nth.to_string()).display()),
    ];
    let prefs = json!({ "profile.managed_default_content_settings.javascript": if script == "off" { 2 } else { 1 } });
    let capabilities = json!({ "goog:chromeOptions": { "args": args, "prefs": prefs } });
    let serde_json::Value::Object(capabilities) = capabilities else { panic!("capabilities") };
    for _ in 0..100 {
        let mut builder = ClientBuilder::new(hyper_util_connector());
        builder.capabilities(capabilities.clone());
        match builder.connect(&format!("http://127.0.0.1:{}", driver.port)).await {
            Ok(client) => return client,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("chromedriver did not answer");
}

fn hyper_util_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

pub(crate) async fn click(client: &Client, css: &str) {
    for _ in 0..20 {
        let element = client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}"));
        match element.click().await {
            Ok(()) => return,
            // The page is still being laid out, or was renewed between looking and clicking.
            Err(error) if ["intercepted", "stale"].iter().any(|one| error.to_string().contains(one)) => {
                tokio::time::sleep(Duration::from_millis(100)).await
            }
            Err(error) => panic!("{css}: {error}"),
        }
    }
    panic!("{css} cannot be clicked");
}

/// Clicks what leads to another page and waits until the old one is gone.
pub(crate) async fn press(client: &Client, css: &str) {
    let old = client.find(Locator::Css("html")).await.unwrap();
    click(client, css).await;
    for _ in 0..200 {
        if old.tag_name().await.is_err() {
            client.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css("main")).await.unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{css} led nowhere");
}

pub(crate) async fn fill(client: &Client, css: &str, text: &str) {
    let field = client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}"));
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

pub(crate) async fn text(client: &Client, css: &str) -> String {
    client.find(Locator::Css(css)).await.unwrap_or_else(|e| panic!("{css}: {e}")).text().await.unwrap()
}

/// Submits the page's main form.
pub(crate) async fn press_next(client: &Client) {
    press(client, "form.question button.button:not(.quiet)").await;
}

async fn lodge(her: &Client, base: &str) -> (String, String) {
    her.goto(&format!("{base}/lodge")).await.unwrap();
    click(her, "input[value=named]").await;
    press(her, "#go").await;
    click(her, "input[value=self]").await;
    press(her, "#go").await;
    click(her, "input[value=request]").await;
    press(her, "#go").await;
    // Nothing written: the fault is named, and the next try goes on.
    press(her, "#go").await;
    assert!(text(her, ".errors").await.contains("请写下发生了什么"));
    fill(her, "#f-text", "楼下的下水道堵了半个月，污水漫到楼道，请派人疏通。").await;
    press(her, "#go").await;
    fill(her, "#f-place_name", "幸福里小区").await;
    for _ in 0..5 {
        press(her, "#go").await;
    }
    fill(her, "#f-name", "测试某").await;
    click(her, "input[value=code_only]").await;
    press(her, "#go").await;
    assert!(text(her, ".answers").await.contains("幸福里小区"));
    press(her, "#go").await;
    let code = text(her, "#code").await;
    let number = text(her, ".facts.big dd").await;
    (number, code)
}

pub(crate) async fn desk(client: &Client, base: &str, login: &str) {
    client.delete_all_cookies().await.unwrap();
    client.goto(&format!("{base}/staff/sign-in")).await.unwrap();
    fill(client, "#f-login", login).await;
    fill(client, "#f-password", huiyin_demo::PASSWORD).await;
    press_next(client).await;
}

async fn open_move(client: &Client, base: &str, number: &str, step: &str) {
    client.goto(&format!("{base}/staff/matters/{number}-1")).await.unwrap();
    press(client, &format!("a[href$='/moves/{step}']")).await;
}

async fn handle(clerk: &Client, base: &str, number: &str) {
    desk(clerk, base, "countyxf.clerk").await;
    open_move(clerk, base, number, "refer").await;
    click(clerk, "option[value=urban]").await;
    press_next(clerk).await;
    desk(clerk, base, "urban.clerk").await;
    open_move(clerk, base, number, "accept").await;
    fill(clerk, "#f-procedure", "六十日内书面答复").await;
    press_next(clerk).await;
    assert!(text(clerk, ".card.owed").await.contains("出具信访处理意见书"));
    open_move(clerk, base, number, "decide").await;
    for (field, words) in [
        ("facts", "管道堵塞属实"),
        ("opinion", "三日内疏通"),
        ("legal_basis", "城镇排水条例"),
        ("remedy", "三十日内请求复查"),
    ] {
        fill(clerk, &format!("#f-{field}"), words).await;
    }
    click(clerk, "input[value=support]").await;
    press_next(clerk).await;
    assert!(text(clerk, ".errors").await.contains("没有听取"), "without hearing a reason is asked for");
    fill(clerk, "#f-unheard_reason", "现场已疏通").await;
    press_next(clerk).await;
    open_move(clerk, base, number, "serve").await;
    click(clerk, "input[value=in_person]").await;
    fill(clerk, "#f-proof", "签收单").await;
    press_next(clerk).await;
    assert!(text(clerk, ".chip").await.contains("已送达"));
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_phone_to_a_served_answer_without_javascript() {
    let Some(driver) = driver("browser") else { return };
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let her = browser(&driver, 390, "off").await;
    let (number, code) = lodge(&her, &base).await;
    let clerk = browser(&driver, 1440, "on").await;
    handle(&clerk, &base, &number).await;
    her.goto(&format!("{base}/follow")).await.unwrap();
    fill(&her, "#f-code", &code).await;
    press_next(&her).await;
    assert!(text(&her, "main").await.contains("三日内疏通"));
    press(&her, "a[href='/my/1/rate']").await;
    click(&her, "input[name=rate_office][value=satisfied]").await;
    click(&her, "input[name=rate_handler][value=partly]").await;
    press_next(&her).await;
    assert!(text(&her, ".timeline").await.contains("基本满意"));
    press(&her, "a[href='/my/1/request_review']").await;
    fill(&her, "#f-words", "没有说明以后怎么防").await;
    press_next(&her).await;
    assert!(text(&her, ".card.owed").await.contains("复查"));
    her.close().await.unwrap();
    clerk.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_scrolls_sideways_and_the_keyboard_moves_the_desk() {
    let Some(driver) = driver("browser") else { return };
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let phone = browser(&driver, 500, "on").await;
    let (number, _) = lodge(&phone, &base).await;
    let mut pages = vec!["/".to_owned(), "/procedure".into(), "/offices".into(), "/my".into(), "/staff/sign-in".into()];
    for page in &pages {
        narrow(&phone, &base, page).await;
    }
    desk(&phone, &base, "countyxf.clerk").await;
    pages = vec![
        "/staff/duties".into(),
        "/staff/matters".into(),
        format!("/staff/matters/{number}-1"),
        "/staff/register".into(),
    ];
    for page in &pages {
        narrow(&phone, &base, page).await;
    }
    phone.goto(&format!("{base}/staff/duties")).await.unwrap();
    phone
        .execute("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}));", vec![])
        .await
        .ok();
    let body = phone.find(Locator::Css("body")).await.unwrap();
    body.send_keys("j").await.unwrap();
    assert!(phone.find(Locator::Css("[data-row].here")).await.is_ok(), "j goes to the first row");
    phone.close().await.unwrap();
}

pub(crate) async fn narrow(client: &Client, base: &str, page: &str) {
    client.set_window_size(360, 800).await.unwrap();
    client.goto(&format!("{base}{page}")).await.unwrap();
    let over = client
        .execute("return document.documentElement.scrollWidth - document.documentElement.clientWidth;", vec![])
        .await
        .unwrap();
    assert_eq!(over.as_i64(), Some(0), "{page} scrolls sideways");
}

/// Waits until an element says something.
pub(crate) async fn says(client: &Client, css: &str, words: &str) {
    for _ in 0..200 {
        if let Ok(element) = client.find(Locator::Css(css)).await
            && element.text().await.is_ok_and(|t| t.contains(words))
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{css} does not say {words}");
}

/// Waits until an element is gone.
async fn goes(client: &Client, css: &str) {
    for _ in 0..200 {
        if client.find(Locator::Css(css)).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{css} stays");
}

/// The talk: what she says is typed, the power goes and comes, and she leaves with a receipt for each thing she asks.
async fn at_the_table(clerk: &Client, base: &str) {
    clerk.goto(&format!("{base}/staff/hall")).await.unwrap();
    press(clerk, ".card.owed a.button").await;
    let page = clerk.current_url().await.unwrap();
    fill(clerk, "#f-facts", "三单元的暖气从入冬就不热，室内十四度，孩子一直咳嗽。").await;
    says(clerk, "[data-draft-state]", "已自动保存").await;
    clerk.goto(&format!("{base}/staff/duties")).await.unwrap();
    clerk.goto(page.as_str()).await.unwrap();
    assert!(text(clerk, "main").await.contains("已经找回"), "what was typed is there");
    // Enter in a line of the form writes nothing and drops nothing.
    let field = clerk.find(Locator::Css("#f-telephone")).await.unwrap();
    let old = clerk.find(Locator::Css("html")).await.unwrap();
    field.send_keys("\u{e007}").await.unwrap();
    for _ in 0..200 {
        if old.tag_name().await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    clerk.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css("#f-facts")).await.unwrap();
    let kept = clerk.find(Locator::Css("#f-facts")).await.unwrap().prop("value").await.unwrap().unwrap_or_default();
    assert!(kept.contains("孩子一直咳嗽"), "{kept}");
    fill(clerk, "#f-demand_0", "请把三单元的暖气修好").await;
    fill(clerk, "#f-demand_1", "请退还没有供热的采暖费").await;
    // A promise is entered beside; the record stays as it is typed.
    clerk.execute("document.querySelector('#f-to_unit').value = 'housing';", vec![]).await.unwrap();
    clerk.execute("document.querySelector('#f-due_on').value = '2026-12-04';", vec![]).await.unwrap();
    fill(clerk, "#f-summary", "上门测温").await;
    press(clerk, "button[value=promise]").await;
    assert!(text(clerk, "main").await.contains("上门测温"));
    let told = clerk.find(Locator::Css("#f-facts")).await.unwrap().prop("value").await.unwrap().unwrap_or_default();
    assert!(told.contains("孩子一直咳嗽"), "{told}");
    press(clerk, "button[value=write]").await;
    let receipts = text(clerk, "main").await;
    assert!(receipts.contains("请把三单元的暖气修好") && receipts.contains("请退还没有供热的采暖费"), "{receipts}");
    assert_eq!(clerk.find_all(Locator::Css("dd.code")).await.unwrap().len(), 2);
    let code = text(clerk, "dd.code").await;
    // She opens the first of them, as anybody can with its code.
    clerk.goto(&format!("{base}/follow")).await.unwrap();
    fill(clerk, "#code, input[name=code]", &code).await;
    press(clerk, "main form button.button").await;
    assert!(text(clerk, "main").await.contains("暖气"), "the code opens her matter");
    clerk.goto(page.as_str()).await.unwrap();
    assert!(text(clerk, "main").await.contains("接访笔录"));
    narrow(clerk, base, page.path()).await;
    clerk.set_window_size(1280, 900).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mother_with_a_baby_is_called_by_keyboard_and_the_screen_and_her_phone_follow() {
    let Some(driver) = driver("browser") else { return };
    let t = sqlite_office("2026-11-30T09:00:00+08:00");
    let base = site(&t.office).await;
    let head = browser(&driver, 1440, "on").await;
    desk(&head, &base, "countyxf.head").await;
    head.goto(&format!("{base}/staff/hall/setup")).await.unwrap();
    click(&head, "input[name=open]").await;
    fill(&head, "input[name=number_0]", "１").await;
    press(&head, "main form button.button").await;
    // The screen and a phone without scripts are open all the while.
    let screen = browser(&driver, 1920, "on").await;
    screen.goto(&format!("{base}/hall/countyxf/screen")).await.unwrap();
    let clerk = browser(&driver, 1280, "on").await;
    desk(&clerk, &base, "countyxf.clerk").await;
    clerk.goto(&format!("{base}/staff/hall")).await.unwrap();
    press(&clerk, "button[name=window][value='1']").await;
    press(&clerk, "button[name=service][value=new_matter]").await;
    clerk.execute("document.querySelector('#stated_need').value = 'infant';", vec![]).await.unwrap();
    press(&clerk, "button[name=service][value=new_matter]").await;
    says(&screen, ".queue", "A002").await;
    let phone = browser(&driver, 500, "off").await;
    narrow(&phone, &base, "/hall/countyxf").await;
    fill(&phone, "#ticket", "ａ００2").await;
    press(&phone, "main form button.button").await;
    assert!(text(&phone, "main").await.contains("请等候叫号"), "a ticket typed in full-width letters is found");
    assert!(!text(&phone, "main").await.contains("婴儿"), "what she stated is not for whoever types a number");
    // By keyboard: call, call again, begin.
    for (key, css, words) in
        [("n", ".card.owed", "A002"), ("r", ".card.owed", "已叫2次"), ("s", ".card.owed", "接谈、笔录、承诺")]
    {
        clerk.find(Locator::Css("body")).await.unwrap().send_keys(key).await.unwrap();
        says(&clerk, css, words).await;
        if key == "n" {
            says(&screen, ".calling", "A002").await;
            phone.refresh().await.unwrap();
            assert!(text(&phone, "[role=status]").await.contains("1号窗口"));
        }
    }
    // She is there: nobody is called any more, and her number stays beside the window.
    goes(&screen, ".calling").await;
    says(&screen, ".counters", "A002").await;
    at_the_table(&clerk, &base).await;
    phone.goto(&format!("{base}/hall/countyxf/tickets?ticket=Z9")).await.unwrap();
    assert!(text(&phone, "main").await.contains("今天没有这个号码"));
    for page in ["/staff/hall", "/hall/countyxf/screen", "/hall/countyxf/tickets/A001"] {
        narrow(&clerk, &base, page).await;
    }
    for client in [head, screen, clerk, phone] {
        client.close().await.unwrap();
    }
}

/// What axe-core finds on a page, one line for each kind of fault.
async fn faults_of_access(client: &Client, axe: &str) -> Vec<String> {
    client.execute(axe, vec![]).await.unwrap();
    let run = "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'] }).then(\
               (found) => done(found.violations.map((v) => `${v.id}: ${v.nodes.length} · ${v.nodes[0].html.slice(0, 120)}`)),\
               (error) => done([String(error)]));";
    let found = client.execute_async(run, vec![]).await.unwrap();
    serde_json::from_value(found).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_the_pages_at_two_widths_in_both_schemes() {
    let Some(axe) = axe_core() else { return };
    let Some(driver) = driver("axe") else { return };
    let t = sqlite_office("2026-11-30T09:00:00+08:00");
    let base = site(&t.office).await;
    let ticket = crate::table::at_the_table(&t).await;
    let receipt = huiyin_testkit::letter(&t.office, "2026-11-27", |_| {}).await;
    crate::booking::takes_bookings(&t.office).await;
    let public = [
        "/",
        "/lodge",
        "/follow",
        "/procedure",
        "/offices",
        "/opinions",
        "/hall/countyxf",
        "/hall/countyxf/screen",
        "/hall/countyxf/tickets/A001",
        "/come/countyxf",
        "/come/countyxf/new/meet_leader",
        "/come/countyxf/new/group_open",
        "/come/countyxf/new/booking",
        "/come/countyxf/new/booking?day=2026-12-01",
        "/device",
        "/staff/sign-in",
    ];
    let (matter, visit) =
        (format!("/staff/matters/{}-1", receipt.number), format!("/staff/hall/visits/{}", ticket.number));
    let desk_pages = [
        "/staff/duties",
        "/staff/matters",
        "/staff/register",
        "/staff/proceedings",
        "/staff/hall",
        "/staff/hall/today",
        "/staff/hall/setup",
        "/staff/hall/booking",
        "/staff/hall/texts",
        "/staff/hall/figures",
        "/staff/hall/book",
        "/staff/leaders",
        matter.as_str(),
        visit.as_str(),
    ];
    let mut found = Vec::new();
    for (width, scheme) in [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")] {
        let client = browser_in(&driver, width, "on", scheme).await;
        for page in public {
            client.goto(&format!("{base}{page}")).await.unwrap();
            found.extend(
                faults_of_access(&client, &axe).await.into_iter().map(|f| format!("{page} {width} {scheme} {f}")),
            );
        }
        desk(&client, &base, "countyxf.head").await;
        for page in desk_pages {
            client.goto(&format!("{base}{page}")).await.unwrap();
            found.extend(
                faults_of_access(&client, &axe).await.into_iter().map(|f| format!("{page} {width} {scheme} {f}")),
            );
        }
        client.close().await.unwrap();
    }
    assert!(found.is_empty(), "{found:#?}");
}
