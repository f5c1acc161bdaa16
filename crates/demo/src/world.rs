//! The demo's county, made up: its units, officers and places.

use std::collections::BTreeSet;

use huiyin_domain::ids::{OfficerId, UnitId};
use huiyin_domain::posts::{Post, UnitKind};
use huiyin_domain::unit::{Officer, Unit};

use huiyin_app::places::Place;

/// The unit that receives what is lodged online.
pub const FRONT_OFFICE: &str = "countyxf";

type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, [&'static str; 3]);

const ROWS: &[Row] = &[
    ("province", "省人民政府", "Provincial Government", "external", "", ["", "", ""]),
    ("city", "云岭市人民政府", "Yunling City Government", "government", "province", ["顾言", "潘若溪", "秦岳"]),
    ("cityxf", "云岭市信访局", "Yunling City Petition Office", "petition_office", "city", ["田青禾", "齐放", "郝正"]),
    ("county", "青溪县人民政府", "Qingxi County Government", "government", "city", ["贺兰亭", "沈思远", "陆明川"]),
    (
        "countyxf",
        "青溪县信访局",
        "Qingxi County Petition Office",
        "petition_office",
        "county",
        ["周明", "林小满", "方致和"],
    ),
    (
        "discipline",
        "青溪县纪委监委信访室",
        "Qingxi Discipline Inspection, Letters Office",
        "discipline",
        "county",
        ["严守诚", "石磊", "康正"],
    ),
    (
        "housing",
        "青溪县住房和城乡建设局",
        "Qingxi Housing and Construction Bureau",
        "bureau",
        "county",
        ["许晴", "李岚", "郑海"],
    ),
    ("urban", "青溪县城市管理局", "Qingxi City Management Bureau", "bureau", "county", ["丁一", "罗小川", "范哲"]),
    (
        "hr",
        "青溪县人力资源和社会保障局",
        "Qingxi Human Resources and Social Security Bureau",
        "bureau",
        "county",
        ["孟瑶", "杜衡", "戴远"],
    ),
    ("edu", "青溪县教育局", "Qingxi Education Bureau", "bureau", "county", ["苏叶", "宋知行", "常青"]),
    ("health", "青溪县卫生健康局", "Qingxi Health Bureau", "bureau", "county", ["白芷", "江流", "钟离"]),
    ("civil", "青溪县民政局", "Qingxi Civil Affairs Bureau", "bureau", "county", ["温和", "施雨", "卓然"]),
    ("land", "青溪县自然资源局", "Qingxi Natural Resources Bureau", "bureau", "county", ["田野", "高原", "尚武"]),
    ("traffic", "青溪县交通运输局", "Qingxi Transport Bureau", "bureau", "county", ["路遥", "马骁", "程远"]),
    (
        "env",
        "云岭市生态环境局青溪分局",
        "Yunling Ecology and Environment Bureau, Qingxi Branch",
        "bureau",
        "county",
        ["柳青", "洪清", "蓝天成"],
    ),
    ("agri", "青溪县农业农村局", "Qingxi Agriculture Bureau", "bureau", "county", ["何苗", "禾木", "丰年"]),
    ("water", "青溪县水利局", "Qingxi Water Bureau", "bureau", "county", ["水静", "江源", "汪洋"]),
    ("market", "青溪县市场监督管理局", "Qingxi Market Regulation Bureau", "bureau", "county", ["衡平", "尺方", "公允"]),
    ("dongfeng", "东风镇人民政府", "Dongfeng Town Government", "township", "county", ["春晓", "钱进", "常胜"]),
    ("wangquan", "望泉乡人民政府", "Wangquan Township Government", "township", "county", ["泉生", "石泉", "安然"]),
    ("qingshui", "清水街道办事处", "Qingshui Subdistrict Office", "township", "county", ["清扬", "水生", "舒畅"]),
    // This town has no head: a breach here finds nobody on duty, which is a recorded fact.
    ("baishi", "白石镇人民政府", "Baishi Town Government", "township", "county", ["石坚", "岩松", ""]),
];

/// Division code of the made-up county; 99 is no province.
pub const DIVISION: &str = "990101";

/// The county's place list.
pub(super) fn divisions() -> Vec<Place> {
    let place = |code: &str, name: &str| Place { code: code.to_owned(), name: name.to_owned() };
    vec![
        place("99", "演示省"),
        place("9901", "云岭市"),
        place(DIVISION, "青溪县"),
        place("990101001", "清水街道"),
        place("990101100", "东风镇"),
        place("990101101", "白石镇"),
        place("990101200", "望泉乡"),
    ]
}

/// Places people write from.
pub(super) const PLACES: &[&str] = &[
    "幸福里小区",
    "滨河花园",
    "东关社区",
    "向阳新村",
    "清水街道南苑",
    "望泉乡石桥村",
    "东风镇柳湾村",
    "白石镇上坪村",
    "学府路小区",
    "老纺织厂家属院",
    "金桂苑",
    "望泉乡槐树屯",
    "东风镇集市",
    "白石镇采石路",
    "北门菜市场",
    "县医院家属区",
    "城西安置小区",
    "清水街道渡口",
    "东风镇新民村",
    "望泉乡泉眼村",
];

/// Every unit.
pub(super) fn units() -> Vec<Unit> {
    ROWS.iter()
        .enumerate()
        .map(|(i, (id, name, en, kind, above, _))| Unit {
            id: UnitId::new(*id),
            name: (*name).to_owned(),
            name_en: (*en).to_owned(),
            kind: UnitKind::from_id(kind),
            superior: (!above.is_empty()).then(|| UnitId::new(*above)),
            address: if *kind == "external" { String::new() } else { format!("青溪县人民路{}号", 10 + i * 2) },
            telephone: format!("0000-1234{:03}", 100 + i * 7),
            hours: if *kind == "external" {
                String::new()
            } else {
                "工作日 8:30–12:00，14:00–17:30，一楼来访接待室".to_owned()
            },
            procedure: String::new(),
            letters: String::new(),
            active: true,
        })
        .collect()
}

/// Every officer; ids are stable, so that a seed run twice changes nothing.
pub(super) fn officers() -> Vec<Officer> {
    let mut out = Vec::new();
    for (unit, _, _, kind, _, names) in ROWS {
        for (name, role) in names.iter().zip(["clerk", "handler", "head"]).filter(|(n, _)| !n.is_empty()) {
            let mut posts: BTreeSet<Post> = match role {
                "clerk" => BTreeSet::from([Post::from_id("clerk")]),
                "handler" => BTreeSet::from([Post::from_id("handler")]),
                _ => BTreeSet::from([Post::from_id("head")]),
            };
            if *kind == "petition_office" && role == "handler" {
                posts.insert(Post::from_id("supervisor"));
            }
            if *unit == FRONT_OFFICE && role == "head" {
                posts.insert(Post::from_id("admin"));
            }
            out.push(Officer {
                id: OfficerId(format!("{unit}-{role}")),
                login: format!("{unit}.{role}"),
                name: (*name).to_owned(),
                unit: UnitId::new(*unit),
                posts,
                seats: Vec::new(),
                active: true,
            });
        }
    }
    // What one person brings, another agrees to.
    out.push(Officer {
        id: OfficerId(format!("{FRONT_OFFICE}-admin")),
        login: format!("{FRONT_OFFICE}.admin"),
        name: "管理员".to_owned(),
        unit: UnitId::new(FRONT_OFFICE),
        posts: BTreeSet::from([Post::from_id("admin")]),
        seats: Vec::new(),
        active: true,
    });
    out
}
