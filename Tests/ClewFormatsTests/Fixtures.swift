/// Payloads as the products emit them (after their documentation and specifications).
enum Fixtures {
    static let native = #"""
        {"id":"01JD2X","timestamp":"2026-11-23T10:15:30.123Z","source":"prometheus","resource":"checkout","type":"HighErrorRate","severity":"critical","status":"firing","message":"5xx above 5% for 5m","labels":{"cluster":"eu-1","team":"payments"}}
        """#

    /// prometheus.io, Alertmanager, webhook_config (version 4).
    static let alertmanager = #"""
        {"receiver":"clew","status":"firing","alerts":[
         {"status":"firing","labels":{"alertname":"HighErrorRate","instance":"10.0.3.7:8080","job":"checkout","severity":"critical","service":"checkout"},
          "annotations":{"description":"checkout answers 7.3% of requests with 5xx","summary":"Error rate above 5%"},
          "startsAt":"2026-11-23T10:15:30.123456789Z","endsAt":"0001-01-01T00:00:00Z",
          "generatorURL":"http://prometheus:9090/graph?g0.expr=rate%28errors%5B5m%5D%29&g0.tab=1","fingerprint":"c4e6d1a08f3b2a17"},
         {"status":"resolved","labels":{"alertname":"TargetDown","instance":"10.0.3.9:9100","job":"node"},
          "annotations":{},"startsAt":"2026-11-23T10:01:00Z","endsAt":"2026-11-23T10:16:00Z",
          "generatorURL":"","fingerprint":"1f2e3d4c5b6a7980"}],
         "groupLabels":{"alertname":"HighErrorRate"},"commonLabels":{},"commonAnnotations":{},
         "externalURL":"http://alertmanager:9093","version":"4","groupKey":"{}:{alertname=\"HighErrorRate\"}","truncatedAlerts":0}
        """#

    /// developer.pagerduty.com, Events API v2, "Send an alert event".
    static let pagerDutyTrigger = #"""
        {"payload":{"summary":"DISK at 99% on machine prod-datapipe03.example.com","timestamp":"2015-07-17T08:42:58.315+0000",
          "severity":"critical","source":"prod-datapipe03.example.com","component":"mysql","group":"prod-datapipe","class":"disk",
          "custom_details":{"free space":"1%","ping time":"1500ms","load avg":0.75}},
         "routing_key":"samplekeyhere","dedup_key":"samplekeyhere","images":[{"src":"https://www.pagerduty.com/logo.png","href":"https://example.com/","alt":"logo"}],
         "links":[{"href":"https://example.com/","text":"Link text"}],"event_action":"trigger","client":"Sample Monitoring Service","client_url":"https://monitoring.example.com"}
        """#
    static let pagerDutyAcknowledge = #"{"routing_key":"samplekeyhere","dedup_key":"samplekeyhere","event_action":"acknowledge"}"#
    static let pagerDutyResolve = #"{"routing_key":"samplekeyhere","dedup_key":"samplekeyhere","event_action":"resolve"}"#

    /// CloudEvents 1.0, JSON event format.
    static let cloudEvent = #"""
        {"specversion":"1.0","type":"com.example.disk.full","source":"/monitoring/zone-a","subject":"db-14:/data","id":"C234-1234-1234",
         "time":"2026-04-05T17:31:00Z","comexampleextension1":"value","comexampleothervalue":5,"datacontenttype":"application/json",
         "data":{"severity":"major","status":"firing","message":"volume is full","used":0.97,"labels":{"site":"zone-a"}}}
        """#

    /// opentelemetry-proto, examples/logs.json, with the event name as semantic conventions have it.
    static let otlp = #"""
        {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}},{"key":"host.name","value":{"stringValue":"web-1"}}]},
          "scopeLogs":[{"scope":{"name":"my.library","version":"1.0.0","attributes":[{"key":"my.scope.attribute","value":{"stringValue":"some scope attribute"}}]},
           "logRecords":[
            {"timeUnixNano":"1544712660300000000","observedTimeUnixNano":"1544712660300000000","severityNumber":10,"severityText":"Information",
             "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","body":{"stringValue":"Example log record"},
             "attributes":[{"key":"string.attribute","value":{"stringValue":"some string"}},{"key":"boolean.attribute","value":{"boolValue":true}},
              {"key":"int.attribute","value":{"intValue":"10"}},{"key":"double.attribute","value":{"doubleValue":637.704}},
              {"key":"array.attribute","value":{"arrayValue":{"values":[{"stringValue":"many"},{"stringValue":"values"}]}}},
              {"key":"map.attribute","value":{"kvlistValue":{"values":[{"key":"some.map.key","value":{"stringValue":"some value"}}]}}}]},
            {"observedTimeUnixNano":1544712661000000000,"severityNumber":17,"eventName":"db.connection.lost","body":{"stringValue":"gone"}}]}]}]}
        """#

    /// rsyslog, property `jsonmesg`.
    static let rsyslog = #"""
        {"msg":"Failed password for root from 10.1.2.3 port 4711 ssh2","rawmsg":"<38>Nov 23 10:15:30 web-1 sshd[812]: Failed password","timereported":"2026-11-23T10:15:30.004311+01:00","hostname":"web-1","syslogtag":"sshd[812]:","inputname":"imuxsock","fromhost":"web-1","fromhost-ip":"127.0.0.1","pri":"38","syslogfacility":"4","syslogseverity":"3","timegenerated":"2026-11-23T10:15:30.004900+01:00","programname":"sshd","protocol-version":"0","structured-data":"-","app-name":"sshd","procid":"812","msgid":"-","uuid":null,"$!":{"metadata":{"filename":"auth.log"}}}
        """#

    /// syslog-ng, `$(format-json --scope selected_macros)`.
    static let syslogNG = #"""
        {"TAGS":".source.s_net","SOURCEIP":"192.0.2.7","SOURCE":"s_net","PROGRAM":"kernel","PRIORITY":"crit","PID":"","MESSAGE":"EXT4-fs error (device sda1)","LEGACY_MSGHDR":"kernel: ","HOST_FROM":"db-14","HOST":"db-14","FACILITY":"kern","DATE":"Nov 23 10:15:30"}
        """#

    /// Any JSON of one's own (shaped like a Zabbix media type).
    static let custom = #"""
        {"event":{"id":4711,"clock":1763892930,"tags":[{"tag":"scope","value":"availability"}]},"host":{"name":"db-14"},"trigger":{"name":"Disk is full","severity":"Disaster"},"value":"PROBLEM"}
        """#

    /// kcat -J.
    static let kcat = #"""
        {"topic":"alerts","partition":2,"offset":1207,"tstype":"create","ts":1763892931000,"broker":1,"headers":["ce_specversion","1.0","trace","a\"b"],"key":"checkout","payload":"{\"resource\":\"checkout\",\"type\":\"Slow\",\"message\":\"p99 > 2 s\"}"}
        """#
    static let kcatTombstone = #"{"topic":"alerts","partition":0,"offset":3,"tstype":"create","ts":-1,"broker":1,"key":"k","payload":null}"#
    /// Kafka Connect: a record dump, and a value with its schema (JsonConverter).
    static let connectRecord =
        #"{"topic":"alerts","partition":1,"offset":9,"timestamp":1763892931000,"key":null,"headers":[{"key":"h","value":"v"}],"value":{"resource":"a","type":"b"}}"#
    static let connectSchema = #"{"schema":{"type":"struct","fields":[]},"payload":{"resource":"a","type":"b"}}"#

    static let all: [String] = [
        native, alertmanager, pagerDutyTrigger, pagerDutyAcknowledge, pagerDutyResolve, cloudEvent, otlp, rsyslog, syslogNG, custom, kcat,
        kcatTombstone, connectRecord, connectSchema,
    ]
}
