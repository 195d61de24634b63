/// Records byte by byte, as they are promised.
enum Golden {
    static let record = [
        #"{"schema":"clew.incident/1","id":"INC-0000000000007f3a","revision":3,"status":"updated","reason":"alert_joined","severit"#,
        #"y":"critical","title":"HighErrorRate on checkout and 3 more, probably pg-tax","opened_at":"2026-11-23T10:15:30.123Z","up"#,
        #"dated_at":"2026-11-23T10:19:35.123Z","resolved_at":null,"counts":{"alerts":4,"events":17,"resources":3},"alerts":[{"key""#,
        #":"pg-tax/ConnectionsHigh","resource":"pg-tax","type":"ConnectionsHigh","severity":"major","status":"firing","first_seen""#,
        #":"2026-11-23T10:15:30.123Z","last_seen":"2026-11-23T10:15:30.123Z","events":1,"message":"too \"many\"\n","link":null},{""#,
        #"key":"checkout/HighErrorRate","resource":"checkout","type":"HighErrorRate","severity":"critical","status":"resolved","fi"#,
        #"rst_seen":"2026-11-23T10:19:30.123Z","last_seen":"2026-11-23T10:19:30.123Z","events":5,"link":{"to":"pg-tax/ConnectionsH"#,
        #"igh","relation":"up","via":"pg-tax","hops":1,"lag_s":240.000,"odds":61.200,"factors":{"topology":9.0000e-02,"propagation"#,
        #"":1.3000e+00,"lag":5.1000e-03,"background":1.0256e+05},"runner_up":{"incident":"INC-0000000000000abc","odds":2.100},"sta"#,
        #"ge":"arrival","over_s":0.000,"seen":41.00,"expected":45.00,"failing":0.8000,"why":"4 min after ConnectionsHigh on pg-tax"#,
        #", which is still on; checkout uses pg-tax (1 hop); seen 41 of 45 expected; 61 x the usual rate"}}],"root_causes":[{"reso"#,
        #"urce":"pg-tax","alerting":true,"score":0.9300,"alerts":1,"delay_s":0.000,"reached":2,"others":2,"neighbours":2,"linked_t"#,
        #"hrough":1,"explained_odds":12.000,"surprise":4.250,"why":["1 alert of its own, critical: none here is worse; the inciden"#,
        #"t's first; such alerts usually come 12 s after an incident's first","2 of 2 other alerting resources depend on it; 1 ale"#,
        #"rt is linked through it","its failure would reach 2 alerting neighbours directly","its alert follows from others: 12 x t"#,
        #"he usual rate, through a dependency 8.0 x","unusual: surprise 4.3, of its rarest alert 3.0"]},{"resource":"rack-7","aler"#,
        #"ting":false,"score":0.0437,"alerts":0,"delay_s":null,"reached":1,"others":3,"neighbours":0,"linked_through":0,"explained"#,
        #"_odds":null,"surprise":1.500,"why":["silent: no alert of its own","1 of 3 alerting resources depend on it","a group of i"#,
        #"ts neighbours is unusual: surprise 1.5; weighs 30 %, as so much of the component alerts"]}],"impacted":["checkout","cart"#,
        #""],"merged_into":null,"merged_from":["INC-0000000000000001","INC-0000000000000002"],"continues":null,"versions":{"clew":"#,
        #""1.0.0","config":"sha256:aa","topology":"sha256:bb","model":null}}"#,
    ].joined()

    static let bare = [
        #"{"schema":"clew.incident/1","id":"INC-ffffffffffffffff","revision":1,"status":"merged","reason":"merged_into","severit"#,
        #"y":"info","title":"no alerts","opened_at":"1970-01-01T00:00:00.000Z","updated_at":"1969-12-31T23:59:59.999Z","resolved"#,
        #"_at":"2000-02-29T00:00:00.999Z","counts":{"alerts":0,"events":0,"resources":0},"alerts":[],"root_causes":[],"impacted""#,
        #":[],"merged_into":"INC-0000000000000009","merged_from":[],"continues":"INC-000000000000000a","versions":{"clew":"1.0.0"#,
        #"","config":"sha256:aa","topology":"sha256:bb","model":null}}"#,
    ].joined()
}
