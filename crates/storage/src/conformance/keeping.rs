//! Files, messages and readings of a letter, what is left of one that was destroyed, and collisions.

use huiyin_domain::ids::{ProceedingId, SubmissionId, TenantId, UnitId};

use super::{AWKWARD, altered, lodging, second};
use crate::{
    AttachmentRecord, AuditRecord, Changes, Erase, EventRecord, FileUse, MessageRecord, NewCode, Store, StoreError,
    SubmissionRecord, VaultRecord,
};

fn tenant() -> TenantId {
    TenantId::new("keeping")
}

fn file(letter: &SubmissionId, n: u32) -> AttachmentRecord {
    AttachmentRecord {
        submission: letter.clone(),
        id: format!("f{n}"),
        hash: format!("hash-{n}"),
        stored: format!("stored-{n}"),
        key: "k".into(),
        name: AWKWARD.replace('\0', ""),
        media_type: "image/png".into(),
        size: 5,
        by: "petitioner".into(),
        told: true,
        identity: false,
        note: String::new(),
        at: second(1),
    }
}

fn message(letter: &SubmissionId, n: u32) -> MessageRecord {
    let (id, about) = (format!("g{n}"), "receive".to_owned());
    MessageRecord {
        id,
        submission: letter.clone(),
        matter: None,
        about,
        way: "sms".into(),
        not_before: Some(second(5)),
        of_time: Some(second(9)),
        at: second(1),
        sent_at: None,
    }
}

fn audit(letter: &SubmissionId, n: u32) -> AuditRecord {
    let purpose = "核对身份".to_owned();
    AuditRecord {
        id: format!("a{n}"),
        submission: letter.clone(),
        unit: UnitId::new("office"),
        officer: "o".into(),
        what: "contact".into(),
        purpose,
        at: second(1),
    }
}

pub(super) async fn what_belongs_to_a_letter_is_read_back_in_order(store: &dyn Store) {
    let (t, letter) = (tenant(), SubmissionId::new("s-k1"));
    let mut changes = lodging(&t, "k1", "office", "x", second(100_000));
    changes.attachments = vec![file(&letter, 2), file(&letter, 1)];
    changes.messages = vec![message(&letter, 2), message(&letter, 1)];
    changes.audits = vec![audit(&letter, 2), audit(&letter, 1)];
    store.commit(changes).await.unwrap();
    assert_eq!(store.attachments(&t, &letter).await.unwrap(), [file(&letter, 1), file(&letter, 2)]);
    assert_eq!(store.messages(&t, &letter).await.unwrap(), [message(&letter, 1), message(&letter, 2)]);
    assert_eq!(store.audits(&t, &letter).await.unwrap(), [audit(&letter, 1), audit(&letter, 2)]);
    for used in ["hash-1", "stored-2"] {
        assert_eq!(store.uses_file(used).await.unwrap(), FileUse::Kept, "{used}");
    }
    assert_eq!(store.uses_file("hash").await.unwrap(), FileUse::None, "a part of a name is no name");
    let vaults = store.vaults(&t, "", 10).await.unwrap();
    assert_eq!(vaults.iter().map(VaultRecord::submission).collect::<Vec<_>>(), [&letter]);
    assert!(store.vaults(&t, "s-k1", 10).await.unwrap().is_empty(), "after the last");
}

/// The letter with another receipt code.
fn with_code(record: &SubmissionRecord, hash: &str) -> SubmissionRecord {
    let code = NewCode {
        hash: hash.into(),
        at: second(2),
        unit: UnitId::new("office"),
        officers: vec!["o".into()],
        stolen: true,
    };
    SubmissionRecord { receipt_hash: hash.into(), replaced_code: Some(code), ..record.clone() }
}

pub(super) async fn a_destroyed_letter_leaves_its_events(store: &dyn Store) {
    let (t, letter, id) = (tenant(), SubmissionId::new("s-k1"), ProceedingId::new("m-k1"));
    let before = store.submission(&t, &letter).await.unwrap().unwrap();
    let record = with_code(&before, "r-other");
    store.commit(Changes { submission_update: Some(record.clone()), ..Changes::new(t.clone()) }).await.unwrap();
    assert_eq!(store.submission_by_receipt(&t, "r-other").await.unwrap().as_ref(), Some(&record));
    assert_eq!(store.submission_by_receipt(&t, "r-k1").await.unwrap(), None, "the old code opens nothing");
    // Its code was replaced since it was read: nothing of it goes.
    let erase = |letter: &SubmissionRecord| Changes {
        erase: Some(Erase { proceeding: id.clone(), letter: Some(letter.clone()) }),
        ..Changes::new(tenant())
    };
    assert!(matches!(store.commit(erase(&before)).await, Err(StoreError::ChangedMeanwhile)));
    assert_eq!(store.attachments(&t, &letter).await.unwrap().len(), 2, "all or none");
    store.commit(erase(&record)).await.unwrap();
    assert!(store.attachments(&t, &letter).await.unwrap().is_empty());
    assert!(store.messages(&t, &letter).await.unwrap().is_empty());
    assert!(store.audits(&t, &letter).await.unwrap().is_empty());
    assert!(store.contents(&t, letter.as_str()).await.unwrap().is_empty());
    assert!(store.vault(&t, &letter).await.unwrap().is_none());
    assert_eq!(store.uses_file("stored-2").await.unwrap(), FileUse::None);
    let events: Vec<EventRecord> = store.events(&t, &id).await.unwrap();
    assert_eq!(events.len(), 1, "the course stays");
    assert!(events[0].salt.is_empty() && !events[0].commitment.is_empty(), "without the salt nobody can try words out");
}

pub(super) async fn a_number_that_is_taken_writes_nothing(store: &dyn Store) {
    let t = tenant();
    store.commit(lodging(&t, "k2", "office", "x", second(100_000))).await.unwrap();
    let mut other = lodging(&t, "k3", "office", "y", second(100_000));
    if let huiyin_domain::subject::Subject::Matter(matter) = &mut other.proceedings[0].subject {
        **matter = altered(matter, serde_json::json!({ "number": "2026-k2-1" }));
    }
    assert!(matches!(store.commit(other).await, Err(StoreError::ChangedMeanwhile)));
    assert!(store.submission(&t, &SubmissionId::new("s-k3")).await.unwrap().is_none(), "a letter without its matter");
    assert!(store.events(&t, &ProceedingId::new("m-k3")).await.unwrap().is_empty());
    assert!(store.duties_of(&t, &ProceedingId::new("m-k3")).await.unwrap().is_empty());
}
