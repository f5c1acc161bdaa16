//! No duty waits on an empty chair without a word: posts that empty, units where nobody sits, on both databases.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use huiyin_app::directory::{self, OfficerForm};
use huiyin_app::domain::posts::Post;
use huiyin_app::duties::{self, Slice, Whose};
use huiyin_app::posts::Substitute;
use huiyin_app::{AppError, Office, demo, lodge};
use huiyin_testkit::{on_both, petition, staff, step};

const AT: &str = "2026-03-02T10:00:00+08:00";

/// An officer as he is, with other posts or out of use.
async fn change(office: &Office, login: &str, posts: Option<&[Post]>, active: bool, substitute: Option<Substitute>) -> Result<(), AppError> {
    let was = staff(office, login).await.officer;
    let posts = posts.map_or_else(|| was.posts.clone(), |p| p.iter().copied().collect());
    let form = OfficerForm { id: Some(was.id), login: was.login, name: was.name, unit: was.unit, posts, active, substitute };
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
        step(o, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")]).await.unwrap();
        // The handler's post owes the opinion: whoever goes names who goes on with it.
        assert_eq!(faults(change(o, "housing.handler", None, false, None).await), [("fault-post-owes", "1".to_owned())]);
        assert_eq!(faults(change(o, "housing.handler", Some(&[Post::of("clerk")]), true, None).await)[0].0, "fault-post-owes");
        let stranger = Substitute::Officer(staff(o, "urban.clerk").await.officer.id);
        assert_eq!(faults(change(o, "housing.handler", None, false, Some(stranger)).await)[0].0, "fault-substitute");
        assert_eq!(faults(change(o, "housing.handler", None, false, Some(Substitute::Above)).await)[0].0, "fault-head-is-there");
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
        assert!(staff(o, "housing.clerk").await.officer.posts.contains(&Post::of("handler")));
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
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing"), ("confirm_unmanned", "1")]).await.unwrap();
        // The head above sees what is owed there; another unit's head does not.
        let county = staff(o, "county.head").await;
        let seen = duties::deserted(o, &county).await.unwrap();
        assert_eq!(seen.iter().map(|d| d.unit.id.as_str()).collect::<Vec<_>>(), ["housing"]);
        assert!(listed(o, "county.head", Whose::Below(seen[0].unit.id.clone())).await.contains(&"notify".to_owned()));
        assert!(duties::deserted(o, &staff(o, "urban.head").await).await.unwrap().is_empty());
        let other = duties::list(o, &staff(o, "urban.head").await, Whose::Below(seen[0].unit.id.clone()), Slice::All, None, 50).await;
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
