using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Crosspoint.RabbitMq.Tests;

/// <summary>A whole gateway in front of a broker of its own. Each test has queues of its own.</summary>
[Collection("broker")]
public abstract class BrokerTest(PrivateBroker broker) : IDisposable
{
    public const string Demo = "AC00000000000000000000000000000001";
    public const string Other = "AC00000000000000000000000000000002";
    public const string Third = "AC00000000000000000000000000000003";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-rabbitmq-tests-");

    protected PrivateBroker Broker => broker;

    /// <summary>Begins the names of what the test has at the broker.</summary>
    protected string Name { get; } = $"t{Guid.NewGuid():N}";

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected Task<GatewayHost> StartAsync(string rabbitMq, Uri? url = null)
    {
        string text = $$"""
            data: ./data
            http: { listen: "127.0.0.1:0" }
            accounts:
              - { sid: {{Demo}}, auth_token: 0123456789abcdef0123456789abcdef }
              - { sid: {{Other}}, auth_token: 0123456789abcdef0123456789abcdef }
              - { sid: {{Third}}, auth_token: 0123456789abcdef0123456789abcdef }
            vendors: [ { name: north, connections: [ { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: a, password: b } } ] } ]
            routing: { default: [ north-1 ] }
            rabbitmq: { url: "{{url ?? broker.Url}}", reconnect: { first: 100ms, most: 500ms }, {{rabbitMq}} }
            """;
        ConfigResult result = ConfigFile.Parse(text, "gateway.yaml", _directory.FullName);
        return GatewayHost.StartAsync(
            result.Config.ShouldNotBeNull(string.Join('\n', result.Errors)), TimeProvider.System, NullLoggerFactory.Instance, Token);
    }

    protected static string Request(int number) => $$"""{"to":"+15551234567","from":"+15550001000","body":"hello","reference":"r{{number}}"}""";

    protected static async Task PublishAsync(IChannel channel, string queue, string body, string? id, string? account, string? replyTo = null)
    {
        var properties = new BasicProperties { MessageId = id, ReplyTo = replyTo, DeliveryMode = DeliveryModes.Persistent };
        if (account is not null) properties.Headers = new Dictionary<string, object?> { ["account"] = account };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, Encoding.UTF8.GetBytes(body), Token);
    }

    protected static async Task<IChannel> ConfirmingAsync(IConnection connection) => await connection.CreateChannelAsync(
        new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Token);

    /// <summary>Takes messages from a queue until there are enough.</summary>
    protected static async Task<List<(BasicGetResult Message, JsonNode Json)>> TakeAsync(
        IChannel channel, string queue, Func<List<(BasicGetResult Message, JsonNode Json)>, bool> isEnough)
    {
        var taken = new List<(BasicGetResult, JsonNode)>();
        long started = TimeProvider.System.GetTimestamp();
        while (!isEnough(taken))
        {
            if (await channel.BasicGetAsync(queue, autoAck: true, Token) is { } message)
                taken.Add((message, JsonNode.Parse(message.Body.Span)!));
            else
                await PauseAsync(started, $"{taken.Count} messages so far");
        }

        return taken;
    }

    protected static async Task UntilAsync(Func<Task<bool>> holds)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            await PauseAsync(started, "");
        }
    }

    // Another process is waited for: it needs the processor.
    private static Task PauseAsync(long started, string soFar)
    {
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Limit, soFar);
        return Task.Delay(Pause, TimeProvider.System, Token);
    }
}

[CollectionDefinition("broker")]
public sealed class BrokerCollection : ICollectionFixture<PrivateBroker>;
