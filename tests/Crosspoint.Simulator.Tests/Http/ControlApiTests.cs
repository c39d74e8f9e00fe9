using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Tests.Http;

public sealed class ControlApiTests : IAsyncLifetime
{
    private TestSimulator _simulator = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default, http: true);
        _http = new HttpClient { BaseAddress = new Uri($"http://{_simulator.Host.HttpEndPoint}") };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task Root_ListsEveryEndpoint()
    {
        string page = await _http.GetStringAsync("/");

        page.ShouldContain("/carriers/{name}/behaviour");
        page.ShouldContain("north");
    }

    [Fact]
    public async Task Carriers_AndOneCarrier_ShowBehaviourCountersAndSessions()
    {
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        JsonElement all = await _http.GetFromJsonAsync<JsonElement>("/carriers");
        all[0].GetProperty("listen").GetString().ShouldBe(_simulator.Carrier.EndPoint.ToString());

        JsonElement one = await _http.GetFromJsonAsync<JsonElement>("/carriers/north");
        one.GetProperty("behaviour").GetProperty("window").GetInt32().ShouldBe(1000);
        one.GetProperty("counters").GetProperty("binds").GetInt64().ShouldBe(1);
        one.GetProperty("sessions")[0].GetProperty("system_id").GetString().ShouldBe("cp");
    }

    [Fact]
    public async Task PatchBehaviour_Valid_MergesAndIsInForceAtOnce()
    {
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        HttpResponseMessage answer = await PatchAsync("""{"errors":[{"status":"ESME_RMSGQFUL"}],"receipts":{"early":0.5}}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        esme.Submit();

        (await esme.ResponseAsync()).Status.ShouldBe(Smpp.Codec.CommandStatus.MessageQueueFull);
        _simulator.Carrier.Behaviour.Receipts.Early.ShouldBe(0.5);
        _simulator.Carrier.Behaviour.Receipts.Delay.ShouldBe(CarrierBehaviour.Default.Receipts.Delay);
    }

    [Theory]
    [InlineData("""{"receipts":{"early":2}}""", "receipts.early", "expected a number from 0 to 1, found '2'")]
    [InlineData("""{"latency":{"distribution":"odd","mean":"5ms"}}""", "latency.distribution", "expected one of fixed, uniform")]
    [InlineData("""{"window":"5"}""", "window", "expected a whole number")]
    [InlineData("""{"stall":1}""", "stall", "expected true or false, found '1'")]
    [InlineData("""{"speed":1}""", "speed", "unknown key")]
    [InlineData("[]", "", "expected a map, found a list")]
    public async Task PatchBehaviour_Invalid_NamesTheFieldAndChangesNothing(string body, string field, string detail)
    {
        HttpResponseMessage answer = await PatchAsync(body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().ShouldBe("behaviour_invalid");
        problem.GetProperty("field").GetString().ShouldBe(field);
        problem.GetProperty("detail").GetString().ShouldStartWith(detail);
        _simulator.Carrier.Behaviour.ShouldBeSameAs(CarrierBehaviour.Default);
    }

    [Fact]
    public async Task PatchBehaviour_NotJson_Is400()
    {
        HttpResponseMessage answer = await PatchAsync("{");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("json_invalid");
    }

    [Fact]
    public async Task Inbound_Posted_ReachesTheCustomer()
    {
        (await _http.PostAsJsonAsync("/carriers/north/inbound", new { from = "+447700900001", to = "+15550001000", text = "x" }))
            .StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        HttpResponseMessage answer = await _http.PostAsJsonAsync(
            "/carriers/north/inbound",
            new { from = "+447700900001", to = "+15550001000", text = new string('x', 200), parts = new[] { 2, 1 } });

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("parts").GetInt32().ShouldBe(2);
        (await esme.DeliveryAsync()).Octets[5].ShouldBe((byte)2);
        (await esme.DeliveryAsync()).Octets[5].ShouldBe((byte)1);
    }

    [Fact]
    public async Task Inbound_WithoutText_NamesTheField()
    {
        HttpResponseMessage answer = await _http.PostAsJsonAsync(
            "/carriers/north/inbound", new { from = "+447700900001", to = "+15550001000" });

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString().ShouldBe("text");
    }

    [Fact]
    public async Task Submits_After_GivesWhatCameLater()
    {
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        esme.Submit("first");
        esme.SubmitPart(2, 3, "second");
        IReadOnlyList<Response> responses = await esme.ResponsesAsync(2);

        JsonElement answer = await _http.GetFromJsonAsync<JsonElement>("/carriers/north/submits?after=1");
        answer.GetProperty("last").GetInt64().ShouldBe(2);
        JsonElement second = answer.GetProperty("submits").EnumerateArray().ShouldHaveSingleItem();
        second.GetProperty("number").GetInt64().ShouldBe(2);
        second.GetProperty("message_id").GetString().ShouldBe(responses[1].MessageId);
        second.GetProperty("status").GetString().ShouldBe("ESME_ROK");
        second.GetProperty("source").GetString().ShouldBe("15550001000");
        second.GetProperty("destination").GetString().ShouldBe("447700900001");
        second.GetProperty("text").GetString().ShouldBe("second");
        second.GetProperty("part").GetInt32().ShouldBe(2);
        second.GetProperty("esm_class").GetInt32().ShouldBe(0x40);
        (await _http.GetAsync("/carriers/north/submits?after=x")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Handset_Messages_ShowTheText()
    {
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        esme.Submit("on the phone");
        await esme.ResponseAsync();

        JsonElement answer = await _http.GetFromJsonAsync<JsonElement>("/handsets/+447700900001/messages");
        JsonElement message = answer.GetProperty("messages").EnumerateArray().ShouldHaveSingleItem();
        message.GetProperty("text").GetString().ShouldBe("on the phone");
        message.GetProperty("complete").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task StopStartDisconnectAndReset_DoWhatTheySay()
    {
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        JsonElement stopped = await PostAsync("/carriers/north/stop");
        stopped.GetProperty("listening").GetBoolean().ShouldBeFalse();
        (await PostAsync("/carriers/north/disconnect")).GetProperty("disconnected").GetInt32().ShouldBe(1);
        await esme.ClosedAsync();
        (await PostAsync("/carriers/north/start")).GetProperty("listening").GetBoolean().ShouldBeTrue();

        (await _http.PostAsync("/reset", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        _simulator.Carrier.Counters.ShouldBe(new CarrierCounters());
    }

    [Fact]
    public async Task Unbind_OfOneCustomer_EndsTheirBindsAlone_AndOnlyTheyAreRefused()
    {
        await using TestEsme one = await TestEsme.BindAsync(_simulator.Carrier, systemId: "one");
        await using TestEsme other = await TestEsme.BindAsync(_simulator.Carrier, systemId: "other");
        _simulator.Carrier.Behaviour = _simulator.Carrier.Behaviour with { Disconnect = new() { RefuseBinds = true, SystemId = "one" } };

        (await PostAsync("/carriers/north/unbind?system_id=one")).GetProperty("unbound").GetInt32().ShouldBe(1);

        await one.ClosedAsync();
        (await TestEsme.BindRefusedAsync(_simulator.Carrier, "one")).ShouldBe(CommandStatus.BindFailed);
        other.Submit();
        await other.ResponseAsync();
        await using TestEsme another = await TestEsme.BindAsync(_simulator.Carrier, systemId: "other");
        (await PostAsync("/carriers/north/disconnect?system_id=one")).GetProperty("disconnected").GetInt32().ShouldBe(0);
        (await PostAsync("/carriers/north/unbind")).GetProperty("unbound").GetInt32().ShouldBe(2);
        await other.ClosedAsync();
        await another.ClosedAsync();
    }

    [Fact]
    public async Task Reset_OfOneCustomer_EndsTheirConnectionsAlone()
    {
        await using TestEsme one = await TestEsme.BindAsync(_simulator.Carrier, systemId: "one");
        await using TestEsme other = await TestEsme.BindAsync(_simulator.Carrier, systemId: "other");

        (await PostAsync("/carriers/north/reset?system_id=one")).GetProperty("disconnected").GetInt32().ShouldBe(1);

        await one.ClosedAsync();
        other.Submit();
        await other.ResponseAsync();
        _simulator.Carrier.Counters.Disconnects.ShouldBe(1);
    }

    [Fact]
    public async Task Metrics_AfterTraffic_CountIt()
    {
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        esme.Submit();
        await esme.ResponseAsync();

        string metrics = await _http.GetStringAsync("/metrics");
        metrics.ShouldContain("crosspoint_simulator_submits_total{carrier=\"north\"} 1\n");
        metrics.ShouldContain("crosspoint_simulator_open_connections{carrier=\"north\"} 1\n");
    }

    [Fact]
    public async Task UnknownCarrier_Is404()
    {
        HttpResponseMessage answer = await _http.GetAsync("/carriers/west");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("carrier_unknown");
    }

    private Task<HttpResponseMessage> PatchAsync(string body) =>
        _http.PatchAsync("/carriers/north/behaviour", new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<JsonElement> PostAsync(string path) =>
        await (await _http.PostAsync(path, null)).Content.ReadFromJsonAsync<JsonElement>();
}
