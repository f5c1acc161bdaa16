//! Search: what is written otherwise, numbers of others, and what is looked for nowhere. On both stores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test"
)]

use std::collections::BTreeMap;

use huiyin_app::domain::submission::{Channel, Naming, PaperFacts};
use huiyin_app::lodge::{self, Keep, Lodging, Registration};
use huiyin_app::{Identity, Office, corrections, find, reindex};
use huiyin_testkit::{on_both, petition, staff, step, the_move};

const AT: &str = "2026-03-02T10:00:00+08:00";

async fn letter(o: &Office, text: &str, foreign: Option<&str>) -> String {
    let lodging = Lodging {
        naming: Naming::Named,
        identity: Identity { name: "测试某".into(), ..Identity::default() },
        ..petition(text)
    };
    let paper = PaperFacts { foreign_number: foreign.map(str::to_owned), ..PaperFacts::default() };
    let arrival =
        Registration { channel: Channel::Above, received_on: "2026-03-02".parse().unwrap(), paper, keep: Keep::Whole };
    format!("{}-1", lodge::register(o, &staff(o, "countyxf.clerk").await, lodging, arrival).await.unwrap().number)
}

async fn found(o: &Office, login: &str, query: &str) -> Vec<String> {
    let found = find::search(o, &staff(o, login).await, query, None, 20).await.unwrap();
    found.numbers.iter().chain(&found.words.rows).map(|m| m.number.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_otherwise_is_found() {
    on_both("finding-words", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        for (text, queries) in [
            ("合同编号20250318004417逾期未付", vec!["20250318004417", "２０２５０３１８００４４１７"]),
            ("反映编号ＡＢＣ１２３被没收", vec!["abc123", "ABC123"]),
            ("舊城區違章建築無人處理", vec!["违章建筑", "違章建築"]),
            ("小区的供\u{200b}暖设\n　　施停了半个月", vec!["供暖设施停了"]),
            ("⽔渠塌⽅淹了地", vec!["水渠塌方"]),
        ] {
            let number = letter(o, text, None).await;
            for query in queries {
                assert_eq!(found(o, "countyxf.clerk", query).await, [number.as_str()], "{query} in {text}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_is_found_by_the_numbers_of_others_and_by_parts_of_its_own() {
    on_both("finding-numbers", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        let number = letter(o, "路灯坏了", Some("省信访〔2026〕118号")).await;
        let other = letter(o, "水管坏了", Some("GX2026112700123")).await;
        let clerk = "countyxf.clerk";
        for query in ["省信访〔2026〕118号", "省信访[2026]118号", "省信访（２０２６）１１８ 号"]
        {
            assert_eq!(found(o, clerk, query).await, [number.as_str()], "{query}");
        }
        assert_eq!(found(o, clerk, "gx2026112700123").await, [other.as_str()]);
        assert_eq!(found(o, clerk, "GX20261127").await, [other.as_str()], "by its beginning");
        // Its own number, whole, without the last digit, and its serial alone.
        let (year, serial) = (&number[..4], &number[5..11]);
        for query in [
            number.clone(),
            number[..13].to_owned(),
            format!("{year}-{serial}"),
            format!("{year}{serial}"),
            serial.to_owned(),
            serial.trim_start_matches('0').to_owned(),
        ] {
            assert_eq!(found(o, clerk, &query).await, [number.as_str()], "{query}");
        }
        // A paper's own number, once it is made.
        step(o, clerk, &number, "refer", &[("to_unit", "urban")]).await.unwrap();
        let made = huiyin_app::papers::for_officer(o, &staff(o, clerk).await, &number).await.unwrap().1;
        assert_eq!(found(o, clerk, &made[0].number).await, [number.as_str()], "{}", made[0].number);
        // Nobody else's to read, nobody else's to find.
        assert!(found(o, "water.clerk", "GX2026112700123").await.is_empty());
        // Corrected, the wrong number finds nothing and the right one does.
        let fields = BTreeMap::from([
            ("foreign_number".to_owned(), "GX2026112700124".to_owned()),
            ("reason".to_owned(), "抄错一位".to_owned()),
        ]);
        corrections::correct(o, &staff(o, clerk).await, &other, &fields, Vec::new()).await.unwrap();
        assert!(found(o, clerk, "GX2026112700123").await.is_empty());
        assert_eq!(found(o, clerk, "GX2026112700124").await, [other.as_str()]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_does_not_look_for_people() {
    on_both("finding-people", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        let number =
            letter(o, "请打 139 0013 8000 找我，身份证11010519491231002X，路灯坏了", Some("13900138000")).await;
        for query in ["13900138000", "139 0013 8000", "11010519491231002x", "0013", "8000"] {
            let found = find::search(o, &staff(o, "countyxf.clerk").await, query, None, 20).await.unwrap();
            assert!(found.numbers.is_empty() && found.words.rows.is_empty(), "{query}");
            assert_eq!(found.person, query.len() > 6, "{query}");
        }
        // With words beside it, the words are looked for and it is said that the number is not.
        let both = find::search(o, &staff(o, "countyxf.clerk").await, "路灯 13900138000", None, 20).await.unwrap();
        assert!(both.person && both.words.rows.len() == 1 && both.words.rows[0].number == number);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_made_anew_finds_the_same() {
    on_both("finding-anew", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        let number = letter(o, "舊城區違章建築", Some("GX2026112700123")).await;
        huiyin_app::act::by_officer(
            o,
            &staff(o, "countyxf.clerk").await,
            &number,
            the_move("add", &[("words", "補充：圍牆倒了")]),
        )
        .await
        .unwrap();
        assert_eq!(reindex::reindex_all(o, &mut |_| ()).await.unwrap(), 1);
        for query in ["违章建筑", "围墙倒了", "GX2026112700123"] {
            assert_eq!(found(o, "countyxf.clerk", query).await, [number.as_str()], "{query}");
        }
    })
    .await;
}
