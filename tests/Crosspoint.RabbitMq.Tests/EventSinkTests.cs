using System.Text.Json.Nodes;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Hosting;
using RabbitMQ.Client;

namespace Crosspoint.RabbitMq.Tests;

public sealed class EventSinkTests(PrivateBroker broker) : BrokerTest(broker)
{
    [Fact]
    public async Task Events_GoOutAsCloudEvents_AndGoOnAfterARestartOfTheGateway()
    {
        await using IConnection connection = await Broker.ConnectAsync();
        await using IChannel channel = await ConfirmingAsync(connection);
        await BindAsync(channel, "all", $"*.{Demo}.queued.accepted.transactional.outbound");
        string options = $"events: {{ exchange: {Name}, routing_key: 'm.{{account}}.{{state}}.{{type}}.{{class}}.{{direction}}', start: beginning, source: /west }}";
        string first;
        await using (GatewayHost host = await StartAsync(options))
        {
            first = await SendAsync(host, 1);
            List<(BasicGetResult Message, JsonNode Json)> taken = await TakeAsync(channel, $"{Name}.all", all => all.Count == 1);
            IReadOnlyBasicProperties properties = taken[0].Message.BasicProperties;
            properties.ContentType.ShouldBe("application/cloudevents+json");
            properties.MessageId.ShouldBe($"{first}_1");
            properties.DeliveryMode.ShouldBe(DeliveryModes.Persistent);
            JsonNode json = taken[0].Json;
            json["specversion"]!.ToString().ShouldBe("1.0");
            json["id"]!.ToString().ShouldBe($"{first}_1");
            json["source"]!.ToString().ShouldBe("/west");
            json["type"]!.ToString().ShouldBe("crosspoint.message.accepted");
            json["subject"]!.ToString().ShouldBe(first);
            json["time"]!.ToString().ShouldBe(json["data"]!["at"]!.ToString());
            json["sequence"]!.GetValue<string>().ShouldBe("1");
            json["data"]!["sequence"]!.GetValue<long>().ShouldBe(1);
            json["data"]!["reference"]!.ToString().ShouldBe("r1");
            json["data"]!["state"]!.ToString().ShouldBe("queued");
            await host.StopAsync(Token);
        }

        await using GatewayHost again = await StartAsync(options);
        string second = await SendAsync(again, 2);
        List<(BasicGetResult Message, JsonNode Json)> rest = await TakeAsync(channel, $"{Name}.all", all => all.Count == 1);
        rest[0].Json["subject"]!.ToString().ShouldBe(second, "an orderly stop stores the position");
    }

    [Fact]
    public async Task Broker_KilledInTheMiddle_NoEventIsLostAndNoRequestIsDoubled()
    {
        const int Requests = 2_000;
        IConnection connection = await Broker.ConnectAsync();
        IChannel channel = await ConfirmingAsync(connection);
        await BindAsync(channel, "all", "#");
        string queue = $"{Name}.requests";
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        await Task.WhenAll(Enumerable.Range(0, Requests).Select(n => PublishAsync(channel, queue, Request(n), $"id-{n}", Demo)));
        await using GatewayHost host = await StartAsync(
            $"events: {{ exchange: {Name}, start: beginning }}, intake: {{ queue: {queue}, accounts: [ {Demo}, {Other} ] }}");
        await UntilAsync(() => Task.FromResult(host.Gateway.Events.LastSequence > Requests / 10));
        await Broker.KillAsync();
        await connection.DisposeAsync();
        await UntilAsync(() => Task.FromResult(host.Gateway.IsTakingTraffic));
        await Broker.StartAsync();

        connection = await Broker.ConnectAsync();
        channel = await ConfirmingAsync(connection);
        var ids = new HashSet<string>();
        await TakeAsync(channel, $"{Name}.all", all =>
        {
            if (all.Count > 0) ids.Add(all[^1].Json["id"]!.ToString());
            return ids.Count == Requests;
        });
        await UntilAsync(async () => await channel.MessageCountAsync(queue, Token) == 0);

        var references = new HashSet<string?>();
        long after = 0;
        while (after < host.Gateway.Events.LastSequence)
        {
            using Engine.Events.EventReader reader = host.Gateway.Events.Open(EventFilter.All, after);
            foreach (LoggedEvent entry in await reader.ReadAsync(Token))
            {
                references.Add(entry.Head.Reference).ShouldBeTrue("a request that was stored twice");
                ids.ShouldContain($"{entry.Head.Id}_1");
            }

            after = reader.Position;
        }

        references.Count.ShouldBe(Requests);
        await connection.DisposeAsync();
    }

    private async Task BindAsync(IChannel channel, string queue, string pattern)
    {
        await channel.ExchangeDeclareAsync(Name, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: Token);
        await channel.QueueDeclareAsync($"{Name}.{queue}", durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        await channel.QueueBindAsync($"{Name}.{queue}", Name, pattern, cancellationToken: Token);
    }

    private static async Task<string> SendAsync(GatewayHost host, int number)
    {
        var request = new Engine.Intake.SendRequest
        {
            Account = host.Gateway.Accounts.Find(Demo)!,
            To = "+15551234567",
            From = "+15550001000",
            Body = "hello",
            Reference = $"r{number}",
        };
        return (await host.Gateway.Intake.SendAsync(request, null, Token)).Head!.Id.ToString();
    }
}
