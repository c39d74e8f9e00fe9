using System.Net;
using Crosspoint.Server.Hosting;

namespace Crosspoint.RabbitMq.Tests;

public sealed class BrokerAwayTests(PrivateBroker broker) : BrokerTest(broker)
{
    [Fact]
    public async Task NobodyListens_TheGatewayIsReadyAndStopsAtOnce()
    {
        await using GatewayHost host = await StartAsync(
            $"events: {{ exchange: {Name} }}, intake: {{ queue: {Name}, accounts: [ {Demo} ] }}", new("amqp://guest:guest@127.0.0.1:1/"));
        using var client = new HttpClient { BaseAddress = host.HttpAddress };
        (await client.GetAsync("/health/ready", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        string metrics = await client.GetStringAsync("/metrics", Token);
        metrics.ShouldContain("crosspoint_rabbitmq_connected{use=\"events\"} 0");
        metrics.ShouldContain("crosspoint_rabbitmq_connected{use=\"intake\"} 0");
        metrics.ShouldContain("crosspoint_rabbitmq_events_behind 0");
        await host.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
    }
}
