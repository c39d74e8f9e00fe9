using Crosspoint.Engine.Messages;
using Crosspoint.RabbitMq;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Tests.Configuration;

public sealed class RabbitMqKeyTests
{
    private const string Sid = "AC00000000000000000000000000000001";
    private const string Url = "url: 'amqp://user:secret@broker:5673/west'";

    [Fact]
    public void EveryKey_IsRead()
    {
        RabbitMqOptions options = Read(
            $$"""
            { {{Url}}, reconnect: { first: 2s, most: 1m },
              events: { exchange: sms, declare: false, routing_key: "{class}.{state}", states: [ sent, failed ], types: [ accepted ],
                        start: beginning, source: /west },
              intake: { queue: in, declare: false, prefetch: 7, accounts: [ {{Sid}} ], errors_exchange: bad, errors_routing_key: told } }
            """).ShouldNotBeNull();

        (options.Url.Host, options.Url.Port, options.Url.AbsolutePath).ShouldBe(("broker", 5673, "/west"));
        (options.ReconnectFirst, options.ReconnectMost).ShouldBe((TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1)));
        EventSinkOptions events = options.Events!;
        (events.Exchange, events.Declare, events.RoutingKey.Template, events.FromBeginning, events.Source)
            .ShouldBe(("sms", false, "{class}.{state}", true, "/west"));
        events.Filter.States.ShouldBe(1U << (int)MessageState.Sent | 1U << (int)MessageState.Failed);
        events.Filter.Kinds.ShouldBe(1UL << (int)EventKind.Accepted);
        RequestIntakeOptions intake = options.Intake!;
        (intake.Queue, intake.Declare, intake.Prefetch, intake.ErrorsExchange, intake.ErrorsRoutingKey).ShouldBe(("in", false, (ushort)7, "bad", "told"));
        intake.Accounts.ShouldBe([Sid]);
        options.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        RabbitMqOptions options = Read($$"""{ {{Url}}, events: { exchange: sms }, intake: { queue: in, accounts: [ {{Sid}} ] } }""").ShouldNotBeNull();
        (options.ReconnectFirst, options.ReconnectMost).ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)));
        (options.Events!.Declare, options.Events.RoutingKey.Template, options.Events.FromBeginning, options.Events.Source)
            .ShouldBe((true, "{account}.{state}", false, "/crosspoint"));
        (options.Events.Filter.States, options.Events.Filter.Kinds).ShouldBe((0U, 0UL));
        (options.Intake!.Declare, options.Intake.Prefetch, options.Intake.ErrorsExchange, options.Intake.ErrorsRoutingKey)
            .ShouldBe((true, (ushort)200, "", "in.errors"));
    }

    [Theory]
    [InlineData("{ events: { exchange: sms } }", "rabbitmq.url")]
    [InlineData("{ url: 'http://user:secret@broker/', events: { exchange: sms } }", "rabbitmq.url")]
    [InlineData("{ url: 'amqp://user:secret@broker/a/b', events: { exchange: sms } }", "rabbitmq.url")]
    [InlineData("{ URL }", "rabbitmq")]
    [InlineData("{ URL, event: { exchange: sms } }", "rabbitmq.event")]
    [InlineData("{ URL, reconnect: { first: 1m, most: 1s }, events: { exchange: sms } }", "rabbitmq.reconnect.first")]
    [InlineData("{ URL, events: { } }", "rabbitmq.events.exchange")]
    [InlineData("{ URL, events: { exchange: 'a b' } }", "rabbitmq.events.exchange")]
    [InlineData("{ URL, events: { exchange: sms, routing_key: '{number}' } }", "rabbitmq.events.routing_key")]
    [InlineData("{ URL, events: { exchange: sms, states: [ nothing ] } }", "rabbitmq.events.states[0]")]
    [InlineData("{ URL, events: { exchange: sms, states: [] } }", "rabbitmq.events.states")]
    [InlineData("{ URL, events: { exchange: sms, types: [ nothing ] } }", "rabbitmq.events.types[0]")]
    [InlineData("{ URL, events: { exchange: sms, start: middle } }", "rabbitmq.events.start")]
    [InlineData("{ URL, events: { exchange: sms, source: 'a b' } }", "rabbitmq.events.source")]
    [InlineData("{ URL, intake: { queue: in } }", "rabbitmq.intake.accounts")]
    [InlineData("{ URL, intake: { queue: in, accounts: [] } }", "rabbitmq.intake.accounts")]
    [InlineData("{ URL, intake: { queue: in, accounts: [ AC9 ] } }", "rabbitmq.intake.accounts[0]")]
    [InlineData("{ URL, intake: { accounts: [ SID ] } }", "rabbitmq.intake.queue")]
    [InlineData("{ URL, intake: { queue: in, accounts: [ SID ], prefetch: 0 } }", "rabbitmq.intake.prefetch")]
    [InlineData("{ URL, intake: { queue: in, accounts: [ SID ], errors_routing_key: in } }", "rabbitmq.intake.errors_routing_key")]
    public void WhatIsNotRight_IsToldByItsKey(string yaml, string key)
    {
        ConfigResult result = Parse(yaml.Replace("URL", Url).Replace("SID", Sid));
        result.Errors.Select(error => error.Key).ShouldContain(key);
        result.Errors.ShouldAllBe(error => !error.ToString().Contains("secret"));
    }

    private static RabbitMqOptions? Read(string yaml)
    {
        ConfigResult result = Parse(yaml);
        result.Errors.ShouldBeEmpty();
        return result.Config!.RabbitMq;
    }

    private static ConfigResult Parse(string yaml) => ConfigFile.Parse(
        $$"""
        accounts: [ { sid: {{Sid}}, auth_token: 0123456789abcdef0123456789abcdef } ]
        vendors: [ { name: north, connections: [ { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: a, password: b } } ] } ]
        routing: { default: [ north-1 ] }
        rabbitmq: {{yaml}}
        """,
        "test.yaml",
        ".");
}
