//! Accounts: who did what is on record and seen by whom it concerns; given passwords are changed, weak ones refused;
//! sign-ins end by themselves and by hand; strangers lock nobody out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::security::{self, Act};
use huiyin_app::sign_in::{self, Place};
use huiyin_app::{AppError, Office};
use huiyin_demo as demo;
use huiyin_testkit::{on_both, site, sqlite_office, staff};
use reqwest::redirect::Policy;

const AT: &str = "2026-03-02T10:00:00+08:00";
const GOOD: &str = "purple otter climbs nine";

fn from(address: &str) -> Place {
    Place { from: address.into(), device: "Firefox".into() }
}

async fn enter(office: &Office, login: &str, password: &str, address: &str) -> Result<sign_in::SignedIn, AppError> {
    sign_in::sign_in(office, login, password, &from(address))
        .await
        .map(|entered| entered.signed_in().expect("no second factor"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_administers_becomes_nobody_else_without_a_record_that_he_sees() {
    on_both("accounts", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let (admin, discipline) = (staff(o, "countyxf.head").await, staff(o, "discipline.handler").await);
        let token = sign_in::make_token(o, &admin, &discipline.officer.id, "夜间备份").await.unwrap();
        sign_in::set_password(o, &admin, &discipline.officer.id, GOOD).await.unwrap();
        let signed = enter(o, "discipline.handler", GOOD, "192.0.2.9").await.unwrap();
        let made = sign_in::tokens(o, &admin).await.unwrap();
        sign_in::revoke_token(o, &admin, &made[0].key).await.unwrap();
        assert!(matches!(sign_in::token(o, &token).await, Err(AppError::NotSignedIn)));
        sign_in::sign_out(o, &signed.secret).await.unwrap();
        let want = [Act::SignedOut, Act::TokenRevoked, Act::SignedIn, Act::PasswordGiven, Act::TokenMade];
        for entries in [
            security::own(o, &discipline, "", 50).await.unwrap(),
            security::list(o, &admin, None, "", 50).await.unwrap(),
        ] {
            let acts: Vec<Act> = entries.entries.iter().map(|e| e.act).collect();
            assert_eq!(acts, want);
            for entry in entries.entries.iter().filter(|e| !matches!(e.act, Act::SignedIn | Act::SignedOut)) {
                assert_eq!(
                    (entry.by.as_ref(), entry.officer.as_ref()),
                    (Some(&admin.officer.id), Some(&discipline.officer.id)),
                    "{entry:?}"
                );
            }
        }
        assert!(security::own(o, &admin, "", 50).await.unwrap().entries.is_empty());
        assert!(matches!(security::list(o, &discipline, None, "", 50).await, Err(AppError::NotAllowed)));
        let page = security::list(o, &admin, Some(Act::TokenMade), "", 1).await.unwrap();
        assert!(page.entries.len() == 1 && page.entries[0].detail == "夜间备份" && page.next.is_none());
        let (first, all) = (security::list(o, &admin, None, "", 3).await.unwrap(), 5);
        let rest = security::list(o, &admin, None, &first.next.unwrap(), 50).await.unwrap();
        assert_eq!(first.entries.len() + rest.entries.len(), all, "a page begins where the last one ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_password_is_changed_before_anything_else_and_a_weak_one_is_refused() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let admin = staff(&t.office, "countyxf.head").await;
    let clerk = staff(&t.office, "housing.clerk").await;
    for weak in ["aaaaaaaaaa", "password12", "housing.clerk", "1234567890", "qwertyuiop", "huiyin-demo"] {
        assert!(
            matches!(sign_in::set_password(&t.office, &admin, &clerk.officer.id, weak).await, Err(AppError::Form(_))),
            "{weak}"
        );
    }
    sign_in::set_password(&t.office, &admin, &clerk.officer.id, GOOD).await.unwrap();
    let client = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
    let post = |path: &str, pairs: &[(&str, &str)]| client.post(format!("{base}{path}")).form(&pairs.to_vec()).send();
    post("/staff/sign-in", &[("login", "housing.clerk"), ("password", GOOD)]).await.unwrap();
    for path in ["/staff/duties", "/staff/matters", "/staff/register"] {
        let answer = client.get(format!("{base}{path}")).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()),
            (303, "/staff/password"),
            "{path}"
        );
    }
    let page = client.get(format!("{base}/staff/password")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("别人设的"));
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let same = post("/staff/password", &[("csrf", &csrf), ("old", GOOD), ("password", GOOD)]).await.unwrap();
    assert_eq!(same.status(), 422);
    let done =
        post("/staff/password", &[("csrf", &csrf), ("old", GOOD), ("password", "nine otters climb purple hills")])
            .await
            .unwrap();
    assert_eq!(done.headers()["location"], "/staff/sign-in?changed=1");
    assert_eq!(
        client.get(format!("{base}/staff/duties")).send().await.unwrap().status(),
        303,
        "every sign-in has ended"
    );
    post("/staff/sign-in", &[("login", "housing.clerk"), ("password", "nine otters climb purple hills")])
        .await
        .unwrap();
    assert_eq!(client.get(format!("{base}/staff/duties")).send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_end_idle_and_by_hand_and_none_is_revived() {
    on_both("sessions", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let one = enter(o, "housing.head", demo::PASSWORD, "192.0.2.1").await.unwrap();
        let two = enter(o, "housing.head", demo::PASSWORD, "2001:db8::1").await.unwrap();
        let lines = sign_in::sessions(o, &one.staff, &one.secret).await.unwrap();
        assert_eq!((lines.len(), lines.iter().filter(|l| l.this).count()), (2, 1));
        assert_eq!(sign_in::end_others(o, &one.staff, &one.secret, None).await.unwrap(), 1);
        assert!(sign_in::session(o, &two.secret).await.is_err() && sign_in::session(o, &one.secret).await.is_ok());
        // Somebody else's is not ended.
        let other = enter(o, "housing.clerk", demo::PASSWORD, "192.0.2.2").await.unwrap();
        let key = sign_in::sessions(o, &other.staff, &other.secret).await.unwrap()[0].key.clone();
        assert_eq!(sign_in::end_others(o, &one.staff, &one.secret, Some(&key)).await.unwrap(), 0);
        // An hour without a page ends it; a page within it does not.
        let (minute, hour) = (1, 60);
        for _ in 0..3 {
            t.time.machine_minutes(hour - minute);
            assert!(sign_in::session(o, &one.secret).await.is_ok());
        }
        assert!(sign_in::session(o, &other.secret).await.is_err());
        for _ in 0..12 {
            t.time.machine_minutes(hour - minute);
            let _ = sign_in::session(o, &one.secret).await;
        }
        assert!(sign_in::session(o, &one.secret).await.is_err(), "twelve hours are the end");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_lock_nobody_out_and_a_hall_shares_its_patience() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let o = &t.office;
    let mut throttled = false;
    for n in 0..12 {
        let guess = enter(o, "housing.head", "wrong", &format!("198.51.100.{n}")).await;
        assert!(matches!(guess, Err(AppError::NotSignedIn)), "each comes from elsewhere");
        throttled |=
            matches!(enter(o, "housing.head", "wrong", "2001:db8:1:2::5").await, Err(AppError::Throttled { .. }));
    }
    assert!(throttled, "one house has five guesses, whatever its address");
    assert!(matches!(
        enter(o, "housing.head", demo::PASSWORD, "2001:db8:1:2::6").await,
        Err(AppError::Throttled { .. })
    ));
    assert!(enter(o, "housing.head", demo::PASSWORD, "192.0.2.1").await.is_ok(), "she herself comes in");
    assert!(
        enter(o, "housing.clerk", demo::PASSWORD, "2001:db8:1:2::5").await.is_ok(),
        "and so do others of that network"
    );
    // Ten wrong codes in a hall keep nobody from the right one.
    let receipt = huiyin_testkit::letter(o, "2026-03-02", |_| {}).await;
    for _ in 0..10 {
        assert!(matches!(
            huiyin_app::follow::open(o, "1111222233334444", "203.0.113.1").await,
            Err(AppError::NotFound)
        ));
    }
    assert!(huiyin_app::follow::open(o, &receipt.code, "203.0.113.1").await.is_ok());
}

/// What an authenticator shows for a secret at an instant.
fn shown(secret: &str, at: jiff::Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    totp.generate(u64::try_from(at.as_second()).unwrap()).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_once_and_no_code_opens_twice() {
    on_both("second_factor", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let (o, clerk, place) = (&t.office, staff(&t.office, "housing.clerk").await, from("192.0.2.1"));
        let enter = async || match sign_in::sign_in(o, "housing.clerk", demo::PASSWORD, &place).await.unwrap() {
            sign_in::Entered::CodeAsked(pass) => pass,
            sign_in::Entered::In(_) => panic!("no code was asked"),
        };
        let offer = sign_in::offer(&clerk).unwrap();
        assert!(
            offer.url.starts_with("otpauth://totp/Huiyin:housing.clerk?") && offer.url.contains(&offer.secret),
            "{}",
            offer.url
        );
        // Neither without the password nor without a code that shows that the app works.
        for (password, code) in
            [("wrong", shown(&offer.secret, o.machine_now())), (demo::PASSWORD, "000000".to_owned())]
        {
            assert!(matches!(
                sign_in::turn_on(o, &clerk, &offer.secret, password, &code).await,
                Err(AppError::Form(_))
            ));
        }
        let first = shown(&offer.secret, o.machine_now());
        let spares = sign_in::turn_on(o, &clerk, &offer.secret, demo::PASSWORD, &first).await.unwrap();
        assert_eq!(spares.len(), sign_in::SPARES);
        let pass = enter().await;
        assert!(sign_in::confirm(o, &pass, &first, &place).await.is_err(), "the code that turned it on is used up");
        t.time.machine_minutes(1);
        let code = shown(&offer.secret, o.machine_now());
        // Another officer's pass, one that was changed, one that is too old.
        assert!(sign_in::confirm(o, &pass.replace(':', "1:"), &code, &place).await.is_err());
        let spaced = format!("{} {}", code.get(..3).unwrap(), code.get(3..).unwrap());
        assert!(sign_in::confirm(o, &pass, &spaced, &place).await.is_ok());
        assert!(sign_in::confirm(o, &pass, &code, &place).await.is_err(), "no code twice");
        t.time.machine_minutes(10);
        let code = shown(&offer.secret, o.machine_now());
        assert!(
            matches!(sign_in::confirm(o, &pass, &code, &place).await, Err(AppError::NotSignedIn)),
            "the time is over"
        );
        // A spare code once, in any case and with its hyphen; then one less is left.
        let pass = enter().await;
        let spare = format!("{}-{}", spares[3].get(..5).unwrap().to_uppercase(), spares[3].get(5..).unwrap());
        assert!(sign_in::confirm(o, &pass, &spare, &place).await.is_ok());
        assert!(sign_in::confirm(o, &pass, &spare, &place).await.is_err());
        assert_eq!(sign_in::second_factor(o, &clerk.officer.id).await.unwrap(), Some(sign_in::SPARES - 1));
        // Guesses are counted wherever they come from.
        let mut refused = None;
        for n in 0..8 {
            if let Err(AppError::Throttled { seconds }) =
                sign_in::confirm(o, &pass, "123456", &from(&format!("198.51.100.{n}"))).await
            {
                refused = Some(seconds);
            }
        }
        assert!(refused.is_some());
        // Turned off by an administrator it leaves a record that the officer sees; the password alone is enough then.
        let admin = staff(o, "countyxf.head").await;
        assert!(matches!(sign_in::turn_off_of(o, &clerk, &clerk.officer.id).await, Err(AppError::NotAllowed)));
        sign_in::turn_off_of(o, &admin, &clerk.officer.id).await.unwrap();
        let seen = security::own(o, &clerk, "", 50).await.unwrap().entries;
        assert!(seen.iter().any(|e| e.act == Act::SecondFactorOff && e.by.as_ref() == Some(&admin.officer.id)));
        assert!(seen.iter().any(|e| e.act == Act::SecondFactorOn));
        assert!(sign_in::sign_in(o, "housing.clerk", demo::PASSWORD, &place).await.unwrap().signed_in().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_step_keeps_what_was_typed_before_the_sign_in_ended() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let client = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
    let post = |path: &str, pairs: &[(&str, &str)]| client.post(format!("{base}{path}")).form(&pairs.to_vec()).send();
    post("/staff/sign-in", &[("login", "countyxf.clerk"), ("password", demo::PASSWORD)]).await.unwrap();
    let page = client.get(format!("{base}/staff/second-factor")).send().await.unwrap().text().await.unwrap();
    let value = |page: &str, name: &str| {
        page.split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .replace("&quot;", "\"")
            .replace("&#x2f;", "/")
            .replace("&amp;", "&")
    };
    let (csrf, secret) = (value(&page, "csrf"), value(&page, "secret"));
    assert!(page.contains("<svg") && !page.contains("<?xml"));
    // A wrong code: the same square stays, so that it need not be scanned again.
    let wrong = post(
        "/staff/second-factor",
        &[("csrf", &csrf), ("secret", &secret), ("old", demo::PASSWORD), ("code", "000000")],
    )
    .await
    .unwrap();
    assert_eq!(wrong.status(), 422);
    assert_eq!(value(&wrong.text().await.unwrap(), "secret"), secret);
    let code = shown(&secret, t.office.machine_now());
    let on =
        post("/staff/second-factor", &[("csrf", &csrf), ("secret", &secret), ("old", demo::PASSWORD), ("code", &code)])
            .await
            .unwrap();
    assert_eq!(on.status(), 200);
    assert_eq!(on.headers()["cache-control"], "no-store");
    assert!(on.text().await.unwrap().contains("备用码"));
    // The words of a form that met an ended sign-in go through both steps.
    t.time.machine_minutes(61);
    let ended = post("/staff/register", &[("csrf", &csrf), ("text", "第三单元楼道灯坏了")])
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let kept = value(&ended, "kept");
    let asked = post(
        "/staff/sign-in",
        &[("next", "/staff/register"), ("kept", &kept), ("login", "countyxf.clerk"), ("password", demo::PASSWORD)],
    )
    .await
    .unwrap();
    assert!(asked.headers().get("set-cookie").is_none(), "nobody is signed in before the code");
    let asked = asked.text().await.unwrap();
    let (pass, kept) = (value(&asked, "pass"), value(&asked, "kept"));
    let code = shown(&secret, t.office.machine_now());
    let wrong = post("/staff/sign-in", &[("next", "/staff/register"), ("kept", &kept), ("pass", &pass), ("code", "1")])
        .await
        .unwrap();
    assert_eq!(wrong.status(), 401);
    let kept = value(&wrong.text().await.unwrap(), "kept");
    let back =
        post("/staff/sign-in", &[("next", "/staff/register"), ("kept", &kept), ("pass", &pass), ("code", &code)])
            .await
            .unwrap();
    let back = back.text().await.unwrap();
    assert!(back.contains("第三单元楼道灯坏了"), "{back}");
}
