using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Tests.Http;

public sealed class NetworkApiTests : IAsyncLifetime
{
    private const string Path = "/carriers/north/networks/26201";

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
    public async Task Network_PutPatchedAndDeleted_IsInForceAtOnce()
    {
        await using TestEsme esme = await TestEsme.BindAsync(_simulator.Carrier);
        (await PutAsync("""{"prefixes":["4917"],"errors":[{"status":"ESME_RSYSERR"}]}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        esme.Submit(to: "491710000001");
        (await esme.ResponseAsync()).Status.ShouldBe(CommandStatus.SystemError);

        HttpResponseMessage patched = await PatchAsync("""{"errors":[],"receipts":{"faked":true}}""");
        patched.StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonElement shown = await _http.GetFromJsonAsync<JsonElement>(Path);
        shown.GetProperty("receipts").GetProperty("faked").GetBoolean().ShouldBeTrue();
        shown.GetProperty("prefixes")[0].GetString().ShouldBe("4917");
        esme.Submit(to: "491710000001");
        (await esme.ResponseAsync()).Status.ShouldBe(CommandStatus.Ok);
        JsonElement counted = (await _http.GetFromJsonAsync<JsonElement>("/carriers/north")).GetProperty("networks").GetProperty("26201");
        counted.GetProperty("submits").GetInt64().ShouldBe(2);
        counted.GetProperty("delivered").GetInt64().ShouldBe(1);

        (await _http.DeleteAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _http.GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _simulator.Carrier.Behaviour.Networks.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{}""", "", "expected a key 'prefixes'")]
    [InlineData("""{"prefixes":[]}""", "prefixes", "expected a key 'prefixes'")]
    [InlineData("""{"prefixes":["+49"]}""", "prefixes[0]", "expected 1 to 15 digits")]
    [InlineData("""{"prefixes":["4915"]}""", "", "expected each prefix once, found '4915' again")]
    [InlineData("""{"prefixes":["4917"],"window":5}""", "window", "unknown key; expected one of name, prefixes")]
    [InlineData("""{"prefixes":["4917"],"receipts":{"id_format":"hex"}}""", "receipts.id_format", "unknown key; expected one of delay")]
    [InlineData("""{"prefixes":["4917"],"name":"other"}""", "name", "expected '26201', or no name")]
    [InlineData("""{"prefixes":["4917"],"no_response":2}""", "no_response", "expected a number from 0 to 1")]
    public async Task Put_Invalid_NamesTheFieldAndChangesNothing(string body, string field, string detail)
    {
        (await _http.PutAsync("/carriers/north/networks/26202", Json("""{"prefixes":["4915"]}"""))).StatusCode.ShouldBe(HttpStatusCode.OK);
        HttpResponseMessage answer = await PutAsync(body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("field").GetString().ShouldBe(field);
        problem.GetProperty("detail").GetString()!.ShouldStartWith(detail);
        _simulator.Carrier.Behaviour.Networks.ShouldHaveSingleItem().Name.ShouldBe("26202");
    }

    [Fact]
    public async Task PatchBehaviour_Networks_ReplacesTheList()
    {
        await PutAsync("""{"prefixes":["4917"]}""");
        HttpResponseMessage answer = await _http.PatchAsync(
            "/carriers/north/behaviour",
            Json("""{"networks":[{"name":"a","prefixes":["1"],"stall":true},{"name":"b","prefixes":["2"],"latency":"5ms"}]}"""));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _simulator.Carrier.Behaviour.Networks.Select(static network => network.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Network_Unknown_Is404()
    {
        (await PatchAsync("{}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _http.PutAsync("/carriers/west/networks/1", Json("{}"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private Task<HttpResponseMessage> PutAsync(string body) => _http.PutAsync(Path, Json(body));

    private Task<HttpResponseMessage> PatchAsync(string body) => _http.PatchAsync(Path, Json(body));

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
