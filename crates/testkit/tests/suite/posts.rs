//! No duty waits on an empty chair without a word: posts that empty, units where nobody sits, on both databases.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use huiyin_app::directory::{self, OfficerForm};
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::posts::{Post, Power};
use huiyin_app::domain::unit::Seat;
use huiyin_app::duties::{self, Slice, Whose};
use huiyin_app::posts::Substitute;
use huiyin_app::{AppError, Office, lodge, matter_view, sweep};
use huiyin_demo as demo;
use huiyin_testkit::{on_both, petition, staff, step};

const AT: &str = "2026-03-02T10:00:00+08:00";

/// An officer as he is, with other posts or out of use.
async fn change(
    office: &Office,
    login: &str,
    posts: Option<&[Post]>,
    active: bool,
    substitute: Option<Substitute>,
) -> Result<(), AppError> {
    let was = staff(office, login).await.officer;
    let seats: Vec<Seat> = posts
        .map_or_else(|| was.posts.iter().copied().collect::<Vec<_>>(), <[Post]>::to_vec)
        .into_iter()
        .map(Seat::open)
        .collect();
    sit(office, login, seats, active, substitute).await
}

/// An officer with assignments.
async fn sit(
    office: &Office,
    login: &str,
    seats: Vec<Seat>,
    active: bool,
    substitute: Option<Substitute>,
) -> Result<(), AppError> {
    let was = staff(office, login).await.officer;
    let form =
        OfficerForm { id: Some(was.id), login: was.login, name: was.name, unit: was.unit, seats, active, substitute };
    directory::put_officer(office, &staff(office, "countyxf.head").await, form).await.map(|_| ())
}

fn faults(result: Result<(), AppError>) -> Vec<(&'static str, String)> {
    match result.unwrap_err() {
        AppError::Form(errors) => errors.into_iter().map(|e| (e.fault, e.value)).collect(),
        other => panic!("{other:?}"),
    }
}

async fn listed(office: &Office, login: &str, whose: Whose) -> Vec<String> {
    let (page, _) = duties::list(office, &staff(office, login).await, whose, Slice::All, None, 50).await.unwrap();
    page.rows.into_iter().map(|d| d.rule.0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_owes_is_not_left_empty_without_a_substitute() {
    on_both("posts", AT, |t| async move {
        let o = &t.office;
        demo::people(o).await.unwrap();
        let receipt = lodge::lodge(o, petition("三栋供暖不达标。")).await.unwrap();
        let number = format!("{}-1", receipt.number);
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
        step(o, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")])
            .await
            .unwrap();
        // The handler's post owes the opinion: whoever goes names who goes on with it.
        assert_eq!(
            faults(change(o, "housing.handler", None, false, None).await),
            [("fault-post-owes", "1".to_owned())]
        );
        assert_eq!(
            faults(change(o, "housing.handler", Some(&[Post::from_id("clerk")]), true, None).await)[0].0,
            "fault-post-owes"
        );
        let stranger = Substitute::Officer(staff(o, "urban.clerk").await.officer.id);
        assert_eq!(faults(change(o, "housing.handler", None, false, Some(stranger)).await)[0].0, "fault-substitute");
        assert_eq!(
            faults(change(o, "housing.handler", None, false, Some(Substitute::Above)).await)[0].0,
            "fault-head-is-there"
        );
        // A post that owes nothing may stand empty.
        change(o, "housing.clerk", None, true, None).await.unwrap();
        // To the head: it stands in the head's own list at once.
        assert!(!listed(o, "housing.head", Whose::Mine).await.contains(&"handle".to_owned()));
        change(o, "housing.handler", None, false, Some(Substitute::Head)).await.unwrap();
        assert!(listed(o, "housing.head", Whose::Mine).await.contains(&"handle".to_owned()));
        // Back again, and then to a colleague, who gets the post with it.
        change(o, "housing.handler", None, true, None).await.unwrap();
        assert!(!listed(o, "housing.head", Whose::Mine).await.contains(&"handle".to_owned()));
        let colleague = Substitute::Officer(staff(o, "housing.clerk").await.officer.id);
        change(o, "housing.handler", None, false, Some(colleague)).await.unwrap();
        assert!(staff(o, "housing.clerk").await.officer.posts.contains(&Post::from_id("handler")));
        assert!(listed(o, "housing.clerk", Whose::Mine).await.contains(&"handle".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_handed_to_a_unit_where_nobody_sits_without_a_word() {
    on_both("deserted", AT, |t| async move {
        let o = &t.office;
        demo::people(o).await.unwrap();
        for login in ["housing.clerk", "housing.handler", "housing.head"] {
            change(o, login, None, false, None).await.unwrap();
        }
        let receipt = lodge::lodge(o, petition("三栋供暖不达标。")).await.unwrap();
        let number = format!("{}-1", receipt.number);
        let refused = step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.map(|_| ());
        assert_eq!(faults(refused)[0].0, "fault-unit-unmanned");
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing"), ("confirm_unmanned", "1")])
            .await
            .unwrap();
        // The head above sees what is owed there; another unit's head does not.
        let county = staff(o, "county.head").await;
        let seen = duties::deserted(o, &county).await.unwrap();
        assert_eq!(seen.iter().map(|d| d.unit.id.as_str()).collect::<Vec<_>>(), ["housing"]);
        assert!(listed(o, "county.head", Whose::Below(seen[0].unit.id.clone())).await.contains(&"notify".to_owned()));
        assert!(duties::deserted(o, &staff(o, "urban.head").await).await.unwrap().is_empty());
        let other =
            duties::list(o, &staff(o, "urban.head").await, Whose::Below(seen[0].unit.id.clone()), Slice::All, None, 50)
                .await;
        assert!(matches!(other, Err(AppError::NotFound)));
        // What an accusation's receiver owes is not shown outside its line.
        for login in ["discipline.clerk", "discipline.handler", "discipline.head"] {
            if o.directory().await.unwrap().officers.iter().any(|x| x.login == login && x.active) {
                change(o, login, None, false, Some(Substitute::Above)).await.unwrap();
            }
        }
        assert!(duties::deserted(o, &county).await.unwrap().iter().all(|d| d.unit.id.as_str() == "housing"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assignment_begins_and_ends_by_itself() {
    on_both("assignments", AT, |t| async move {
        let o = &t.office;
        demo::people(o).await.unwrap();
        let at = |text: &str| Some(text.parse().unwrap());
        let (clerk, unit) = (Post::from_id("clerk"), UnitId::new("housing"));
        // The clerk is on leave in the afternoon; the handler stands in from noon to six.
        let leave = vec![Seat { post: clerk, from: None, until: at("2026-03-02T12:00:00+08:00") }];
        let stands_in = vec![
            Seat::open(Post::from_id("handler")),
            Seat { post: clerk, from: at("2026-03-02T12:00:00+08:00"), until: at("2026-03-02T18:00:00+08:00") },
        ];
        let wrong =
            vec![Seat { post: clerk, from: at("2026-03-02T12:00:00+08:00"), until: at("2026-03-02T12:00:00+08:00") }];
        assert_eq!(faults(sit(o, "housing.clerk", wrong, true, None).await)[0].0, "fault-seat-order");
        assert_eq!(
            faults(sit(o, "housing.clerk", vec![Seat::open(Post::from_id("nobodys"))], true, None).await)[0].0,
            "fault-posts"
        );
        sit(o, "housing.clerk", leave, true, None).await.unwrap();
        sit(o, "housing.handler", stands_in, true, None).await.unwrap();
        let directory = o.reload_directory().await.unwrap();
        let who = |when: &str| -> Vec<String> {
            directory.holders_at(&unit, clerk, when.parse().unwrap()).iter().map(|o| o.login.clone()).collect()
        };
        assert_eq!(who("2026-03-02T11:59:59+08:00"), ["housing.clerk"]);
        assert_eq!(who("2026-03-02T14:30:00+08:00"), ["housing.handler"], "who holds this post at 14:30 today");
        assert!(who("2026-03-02T18:00:00+08:00").is_empty());
        // Lists, moves and powers go by the hour.
        let receipt = lodge::lodge(o, petition("三栋供暖不达标。")).await.unwrap();
        let number = format!("{}-1", receipt.number);
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
        assert!(listed(o, "housing.clerk", Whose::Mine).await.contains(&"notify".to_owned()));
        assert!(!listed(o, "housing.handler", Whose::Mine).await.contains(&"notify".to_owned()));
        t.time.go("2026-03-02T14:30:00+08:00");
        o.reload_directory().await.unwrap();
        assert!(listed(o, "housing.handler", Whose::Mine).await.contains(&"notify".to_owned()));
        assert!(!staff(o, "housing.clerk").await.may(Power::Work));
        assert!(matches!(
            duties::list(o, &staff(o, "housing.clerk").await, Whose::Mine, Slice::All, None, 50).await,
            Err(AppError::NotAllowed)
        ));
        // After six nobody sits there: what the post owes is the head's to see.
        t.time.go("2026-03-02T18:00:00+08:00");
        o.reload_directory().await.unwrap();
        assert!(listed(o, "housing.head", Whose::Mine).await.contains(&"notify".to_owned()));
        // Whoever looks after the office cannot be gone on a day that is set: nobody could look after it then.
        // Two who each take it from the other at the same moment.
        let (only_clerk, only_head) = ([Post::from_id("clerk")], [Post::from_id("head")]);
        let (a, b) = tokio::join!(
            change(o, "countyxf.admin", Some(&only_clerk), true, None),
            change(o, "countyxf.head", Some(&only_head), true, None)
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        change(o, "countyxf.head", Some(&[Post::from_id("head"), Post::from_id("admin")]), true, None)
            .await
            .unwrap_or_default();
        let leaves = vec![Seat { post: Post::from_id("admin"), from: None, until: at("2026-12-31T00:00:00+08:00") }];
        change(o, "countyxf.admin", None, false, None).await.unwrap();
        assert_eq!(faults(sit(o, "countyxf.head", leaves, true, None).await)[0].0, "fault-last-admin");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_stands_in_before_anybody_further_up() {
    on_both("deputies", AT, |t| async move {
        let o = &t.office;
        demo::people(o).await.unwrap();
        let receipt = lodge::lodge(o, petition("三栋供暖不达标。")).await.unwrap();
        let number = format!("{}-1", receipt.number);
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
        change(o, "countyxf.handler", Some(&[Post::from_id("handler")]), true, None).await.unwrap();
        // The bureau is late; the supervision post stands empty, and the pack names the head as its deputy.
        t.time.go("2026-04-20T10:00:00+08:00");
        sweep::sweep_office(o).await.unwrap();
        let matter = matter_view::for_officer(o, &staff(o, "countyxf.head").await, &number).await.unwrap().matter;
        let pressed = matter.owed().into_iter().find(|c| c.about.is_some()).unwrap().clone();
        assert_eq!((pressed.bound.unit.unwrap().0.as_str(), pressed.bound.post), ("countyxf", Post::from_id("head")));
        // An empty post's duties are its deputy's to see.
        assert!(listed(o, "countyxf.head", Whose::Mine).await.contains(&pressed.rule.0));
    })
    .await;
}
