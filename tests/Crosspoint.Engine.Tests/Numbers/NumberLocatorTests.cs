using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Engine.Tests.Numbers;

public sealed class NumberLocatorTests : IAsyncLifetime
{
    private const string German = "+4915112345678"; // of a range of Telekom, 26201

    private readonly LookupBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Locate_RangePortedAndService_TheLaterTakesPrecedence()
    {
        LookupServiceOptions service = await _bed.HttpAsync("hlr", """{"result":{"mccmnc":"26203"}}""");
        NumberLocator plain = _bed.Start(new());
        plain.TryLocate(LookupBed.Number(German), out Located located).ShouldBeTrue();
        located.ShouldBe(new(new(LookupBed.Number(German), "DE", NumberType.Mobile, LookupBed.Network("26201"), NetworkSource.Range), "", null));

        _bed.Import("bnetza", German, "26202");
        await plain.DisposeAsync();
        NumberLocator ported = _bed.Start(new());
        ported.TryLocate(LookupBed.Number(German), out located).ShouldBeTrue();
        located.Destination.Network.ShouldBe(LookupBed.Network("26202"));
        located.Destination.Source.ShouldBe(NetworkSource.Ported);
        located.By.ShouldBe("bnetza");
        located.IsPorted.ShouldBe(true);

        await ported.DisposeAsync();
        NumberLocator asked = _bed.Start(new() { Services = [service] });
        asked.TryLocate(LookupBed.Number(German), out located).ShouldBeFalse();
        located.By.ShouldBe("bnetza", "until the service has answered");
        located = await asked.LocateAsync(LookupBed.Number(German), Token);
        located.ShouldBe(new(new(LookupBed.Number(German), "DE", NumberType.Mobile, LookupBed.Network("26203"), NetworkSource.LookedUp), "hlr", true));
        asked.TryLocate(LookupBed.Number(German), out located).ShouldBeTrue();
        located.By.ShouldBe("hlr");
        _bed.Counted("hlr", "found").ShouldBe(1);
    }

    [Fact]
    public void IsPorted_AnotherCodeOfTheSameOperator_IsNotPorted()
    {
        _bed.Import("file", German, "26206"); // not operational, and an operator of its own in the list
        _bed.Import("other", "+491721234567", "26209"); // Vodafone, as the range
        NumberLocator locator = _bed.Start(new());
        locator.TryLocate(LookupBed.Number("+491721234567"), out Located located);
        located.Destination.Source.ShouldBe(NetworkSource.Ported);
        located.IsPorted.ShouldBe(false);
    }

    [Fact]
    public void TryLocate_Refresh_TakesUpWhatWasImportedAndLeavesWhatIsGone()
    {
        NumberLocator locator = _bed.Start(new() { Refresh = TimeSpan.FromSeconds(5) });
        _bed.Import("a", German, "26202");
        By(locator).ShouldBe("");
        _bed.Time.Advance(TimeSpan.FromSeconds(5));
        By(locator).ShouldBe("a");
        locator.Ported.ShouldHaveSingleItem().Rows.ShouldBe(1);

        _bed.Import("a", "+4915112345679", "26202");
        File.SetLastWriteTimeUtc(PortedImport.PathOf(_bed.Directory, "a"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _bed.Time.Advance(TimeSpan.FromSeconds(5));
        By(locator).ShouldBe("");

        File.Delete(PortedImport.PathOf(_bed.Directory, "a"));
        _bed.Time.Advance(TimeSpan.FromSeconds(5));
        locator.Ported.ShouldBeEmpty();
        _bed.Log.Of(2802).Count.ShouldBe(1);
    }

    [Fact]
    public void TryLocate_DamagedFilePutInPlace_TheOpenOneStays()
    {
        _bed.Import("a", German, "26202");
        NumberLocator locator = _bed.Start(new());
        string path = PortedImport.PathOf(_bed.Directory, "a");
        File.Delete(path);
        File.WriteAllText(path, "not an index");
        _bed.Time.Advance(TimeSpan.FromSeconds(5));
        _bed.Time.Advance(TimeSpan.FromSeconds(5));
        By(locator).ShouldBe("a");
        _bed.Log.Of(2801).Count.ShouldBe(1, "told once, not with each look");
    }

    [Theory]
    [InlineData(null, "a")]
    [InlineData("b,a", "b")]
    [InlineData("a", "a")]
    [InlineData("c", "")]
    public void TryLocate_SeveralSources_TheirOrderCounts(string? order, string by)
    {
        _bed.Import("b", German, "26202");
        _bed.Import("a", German, "26203");
        By(_bed.Start(new() { Ported = order?.Split(',') })).ShouldBe(by);
    }

    [Fact]
    public async Task LocateAsync_SlowService_WaitsForItsBudgetAloneAndKeepsTheLateAnswer()
    {
        var release = new TaskCompletionSource();
        LookupServiceOptions service = await _bed.HttpAsync("slow", async (_, context) =>
        {
            await release.Task;
            await context.Response.WriteAsync("""{"result":{"mccmnc":26203}}""");
        });
        NumberLocator locator = _bed.Start(new() { Services = [service with { Timeout = TimeSpan.FromSeconds(10) }], Wait = TimeSpan.FromMilliseconds(300) });
        ValueTask<Located> waiting = locator.LocateAsync(LookupBed.Number(German), Token);
        _bed.Time.Advance(TimeSpan.FromMilliseconds(299));
        waiting.IsCompleted.ShouldBeFalse();
        _bed.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await waiting).Destination.Source.ShouldBe(NetworkSource.Range);

        ValueTask<Located> joined = locator.LocateAsync(LookupBed.Number(German), Token);
        release.SetResult();
        (await joined).Destination.Network.ShouldBe(LookupBed.Network("26203"));
        _bed.Counted("slow", "found").ShouldBe(1, "the second message joined the question of the first");
    }

    [Fact]
    public async Task LocateAsync_ServiceTimesOut_TheNextIsAsked()
    {
        LookupServiceOptions silent = await _bed.HttpAsync("silent", (_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        LookupServiceOptions good = await _bed.HttpAsync("good", """{"result":{"mccmnc":"26203"}}""");
        NumberLocator locator = _bed.Start(new() { Services = [silent with { Timeout = TimeSpan.FromMilliseconds(100) }, good], Wait = TimeSpan.FromSeconds(1) });
        ValueTask<Located> waiting = locator.LocateAsync(LookupBed.Number(German), Token);
        _bed.Time.Advance(TimeSpan.FromMilliseconds(100));
        (await waiting).By.ShouldBe("good");
        _bed.Counted("silent", "timeout").ShouldBe(1);
    }

    [Theory]
    [InlineData(200, "not json", "wrong")]
    [InlineData(200, "", "wrong")]
    [InlineData(200, """{"result":{"mccmnc":"2"}}""", "wrong")]
    [InlineData(200, """{"result":{"mccmnc":{"mcc":"262"}}}""", "wrong")]
    [InlineData(200, """{"result":{"mccmnc":""}}""", "unknown")]
    [InlineData(200, """{"result":{"mccmnc":null}}""", "unknown")]
    [InlineData(200, """{"result":[]}""", "unknown")]
    [InlineData(404, "", "unknown")]
    [InlineData(401, "", "wrong")]
    [InlineData(429, "", "wrong")]
    [InlineData(500, "", "wrong")]
    [InlineData(302, "", "wrong")]
    [InlineData(200, "huge", "wrong")]
    public async Task LocateAsync_WrongAndEmptyAnswers_AreCountedAndTheNextSourceIsUsed(int status, string body, string result)
    {
        LookupServiceOptions service = await _bed.HttpAsync("odd", (_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return context.Response.WriteAsync(body == "huge" ? $"\"{new string('x', 100_000)}\"" : body);
        });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        (await locator.LocateAsync(LookupBed.Number(German), Token)).Destination.Source.ShouldBe(NetworkSource.Range);
        _bed.Counted("odd", result).ShouldBe(1);
        locator.TryLocate(LookupBed.Number(German), out _).ShouldBe(result == "unknown", "only what the service does not know is kept");
    }

    [Fact]
    public async Task LocateAsync_UnreachableService_IsLeftAloneAndTriedAgain()
    {
        LookupServiceOptions service = await _bed.HttpAsync("down", "{}");
        service = service with { Http = service.Http! with { Url = "http://127.0.0.1:1/{number}" } };
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        for (ulong i = 0; i < 5; i++) await locator.LocateAsync(E164.FromDigits(4915112345670 + i), Token);
        _bed.Counted("down", "failed").ShouldBe(3);
        _bed.Counted("down", "resting").ShouldBe(2);
        _bed.Log.Of(2810).Count.ShouldBe(1);
        locator.Services[0].RestsFor.ShouldBe(TimeSpan.FromSeconds(1));
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        await locator.LocateAsync(LookupBed.Number(German), Token);
        _bed.Counted("down", "failed").ShouldBe(4);
        locator.Services[0].RestsFor.ShouldBe(TimeSpan.FromSeconds(2), "it rests longer when it fails again");
    }

    [Theory]
    [InlineData(200, "not json", "wrong", false)]
    [InlineData(200, """{"result":{"mccmnc":"2"}}""", "wrong", false)]
    [InlineData(200, "{}", "unknown", false)]
    [InlineData(404, "", "unknown", false)]
    [InlineData(403, "", "wrong", false)]
    [InlineData(429, "", "wrong", false)]
    [InlineData(500, "", "wrong", true)]
    [InlineData(503, "", "wrong", true)]
    public async Task LocateAsync_OddAnswersInARow_AreAnOutageOnlyWhenTheServiceSaysThatItFails(int status, string body, string result, bool rests)
    {
        LookupServiceOptions service = await _bed.HttpAsync("odd", (_, context) =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        for (ulong i = 0; i < 6; i++) await locator.LocateAsync(E164.FromDigits(4915112345670 + i), Token);
        _bed.Counted("odd", result).ShouldBe(rests ? 3 : 6);
        _bed.Counted("odd", "resting").ShouldBe(rests ? 3 : 0);
        _bed.Log.Of(2810).Count.ShouldBe(rests ? 1 : 0);
    }

    [Theory]
    [InlineData(2, true)] // SERVFAIL
    [InlineData(5, false)] // REFUSED
    public async Task LocateAsync_ErrorsOfDnsInARow_AreAnOutageOnlyForServfail(int code, bool rests)
    {
        (_, LookupServiceOptions service) = _bed.Enum("dns", _ => new() { Code = code });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        for (ulong i = 0; i < 5; i++) await locator.LocateAsync(E164.FromDigits(4915112345670 + i), Token);
        _bed.Counted("dns", "wrong").ShouldBe(rests ? 3 : 5);
    }

    [Fact]
    public async Task LocateAsync_WrongAnswerAmongOutages_ShowsThatTheServiceIsThere()
    {
        int asked = 0;
        LookupServiceOptions service = await _bed.HttpAsync("odd", (_, context) =>
        {
            context.Response.StatusCode = ++asked % 3 == 0 ? 200 : 500;
            return context.Response.WriteAsync("not json");
        });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        for (ulong i = 0; i < 9; i++) await locator.LocateAsync(E164.FromDigits(4915112345670 + i), Token);
        (_bed.Counted("odd", "wrong"), _bed.Counted("odd", "resting")).ShouldBe((9, 0));
    }

    [Fact]
    public async Task LocateAsync_ServiceOverItsBudget_WhatTheOthersSayIsKept()
    {
        LookupServiceOptions knowsNothing = await _bed.HttpAsync("first", "{}");
        LookupServiceOptions spent = await _bed.HttpAsync("spent", "{}");
        NumberLocator locator = _bed.Start(new() { Services = [knowsNothing, spent with { PerDay = 1 }] });
        await locator.LocateAsync(LookupBed.Number("+4915112345679"), Token);
        for (int i = 0; i < 3; i++) await locator.LocateAsync(LookupBed.Number(German), Token);
        (_bed.Counted("first", "unknown"), _bed.Counted("spent", "unknown"), _bed.Counted("spent", "over_budget")).ShouldBe((2, 1, 1));
        locator.TryLocate(LookupBed.Number(German), out _).ShouldBeTrue();
    }

    [Fact]
    public async Task LocateAsync_AnswersAreKeptForTheirTime()
    {
        int asked = 0;
        LookupServiceOptions service = await _bed.HttpAsync("hlr", (number, context) =>
        {
            Interlocked.Increment(ref asked);
            return context.Response.WriteAsync(number.EndsWith('8') ? """{"result":{"mccmnc":"26203"}}""" : "{}");
        });
        NumberLocator locator = _bed.Start(new() { Services = [service with { Ttl = TimeSpan.FromHours(2), NegativeTtl = TimeSpan.FromHours(1) }] });
        E164 known = LookupBed.Number(German);
        E164 unknown = LookupBed.Number("+4915112345679");
        await locator.LocateAsync(known, Token);
        await locator.LocateAsync(unknown, Token);
        _bed.Time.Advance(TimeSpan.FromMinutes(59));
        await locator.LocateAsync(known, Token);
        (await locator.LocateAsync(unknown, Token)).Destination.Source.ShouldBe(NetworkSource.Range);
        asked.ShouldBe(2);
        _bed.Time.Advance(TimeSpan.FromMinutes(1));
        await locator.LocateAsync(unknown, Token);
        asked.ShouldBe(3);
        _bed.Time.Advance(TimeSpan.FromHours(1));
        await locator.LocateAsync(known, Token);
        asked.ShouldBe(4);
    }

    [Fact]
    public async Task LocateAsync_CacheIsFull_TheOldestGoes()
    {
        LookupServiceOptions service = await _bed.HttpAsync("hlr", """{"result":{"mccmnc":"26203"}}""");
        NumberLocator locator = _bed.Start(new() { Services = [service], CacheNumbers = 3 });
        for (ulong i = 0; i < 4; i++) await locator.LocateAsync(E164.FromDigits(4915112345670 + i), Token);
        locator.TryLocate(E164.FromDigits(4915112345670), out _).ShouldBeFalse();
        locator.TryLocate(E164.FromDigits(4915112345671), out _).ShouldBeTrue();
        locator.TryLocate(E164.FromDigits(4915112345673), out _).ShouldBeTrue();
    }

    [Fact]
    public async Task LocateAsync_BudgetASecondAndADay_AreNotPassed()
    {
        LookupServiceOptions service = await _bed.HttpAsync("hlr", """{"result":{"mccmnc":"26203"}}""");
        NumberLocator locator = _bed.Start(new() { Services = [service with { PerSecond = 2, PerDay = 3 }] });
        await AskAsync(0, 4);
        _bed.Counted("hlr", "found").ShouldBe(2);
        _bed.Counted("hlr", "over_budget").ShouldBe(2);
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(10, 2);
        _bed.Counted("hlr", "found").ShouldBe(3);
        locator.Services[0].Today.ShouldBe(3);
        _bed.Time.Advance(TimeSpan.FromDays(1));
        await AskAsync(20, 2);
        _bed.Counted("hlr", "found").ShouldBe(5);

        async Task AskAsync(ulong from, ulong count)
        {
            for (ulong i = from; i < from + count; i++) await locator.LocateAsync(E164.FromDigits(4915112345600 + i), Token);
        }
    }

    [Fact]
    public async Task LocateAsync_AsManyAtOnceAsMayBe_TheOthersGoOn()
    {
        var release = new TaskCompletionSource();
        LookupServiceOptions service = await _bed.HttpAsync("hlr", async (_, context) =>
        {
            await release.Task;
            await context.Response.WriteAsync("""{"result":{"mccmnc":"26203"}}""");
        });
        NumberLocator locator = _bed.Start(new() { Services = [service with { Concurrency = 1 }] });
        ValueTask<Located> first = locator.LocateAsync(LookupBed.Number(German), Token);
        (await locator.LocateAsync(LookupBed.Number("+4915112345679"), Token)).Destination.Source.ShouldBe(NetworkSource.Range);
        _bed.Counted("hlr", "busy").ShouldBe(1);
        release.SetResult();
        (await first).By.ShouldBe("hlr");
    }

    [Theory]
    [InlineData("+33612345678")] // not of its countries
    [InlineData("+493012345678")] // a fixed line
    public async Task TryLocate_NumbersThatItIsNotFor_AreNotAskedFor(string number)
    {
        LookupServiceOptions service = await _bed.HttpAsync("hlr", "{}");
        NumberLocator locator = _bed.Start(new() { Services = [service with { Countries = new HashSet<string> { "DE" } }] });
        locator.TryLocate(LookupBed.Number(number), out _).ShouldBeTrue();
        (await locator.LocateAsync(LookupBed.Number(number), Token)).Destination.Source.ShouldNotBe(NetworkSource.LookedUp);
        _bed.Counted("hlr", "unknown").ShouldBe(0);
    }

    [Fact]
    public async Task LocateAsync_HeadersNamesAndSeparateCodes_AreUsed()
    {
        string? key = null;
        string? path = null;
        LookupServiceOptions service = await _bed.HttpAsync("hlr", (number, context) =>
        {
            key = context.Request.Headers["X-Key"];
            path = number;
            return context.Response.WriteAsync(number.EndsWith('8')
                ? """{"list":[{"mcc":"262","mnc":3,"ported":"no"}]}""" : """{"list":[{"mcc":null,"carrier":"Vodafone D2","ported":true}]}""");
        });
        JsonPath.TryParse("$.list[0].mcc", out JsonPath? mcc).ShouldBeTrue();
        JsonPath.TryParse("list[0].mnc", out JsonPath? mnc).ShouldBeTrue();
        JsonPath.TryParse("list[0].carrier", out JsonPath? carrier).ShouldBeTrue();
        JsonPath.TryParse("list[0].ported", out JsonPath? ported).ShouldBeTrue();
        service = service with
        {
            Names = new Dictionary<string, NetworkId> { ["vodafone d2"] = LookupBed.Network("26202") },
            Http = service.Http! with { Headers = [new("X-Key", "secret")], Network = carrier, Mcc = mcc, Mnc = mnc, Ported = ported },
        };
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        Located located = await locator.LocateAsync(LookupBed.Number(German), Token);
        located.Destination.Network.ShouldBe(LookupBed.Network("26203"));
        located.IsPorted.ShouldBe(false, "what the service says counts");
        key.ShouldBe("secret");
        path.ShouldBe("4915112345678");
        located = await locator.LocateAsync(LookupBed.Number("+4915112345679"), Token);
        located.Destination.Network.ShouldBe(LookupBed.Network("26202"));
        located.IsPorted.ShouldBe(true);
    }

    [Fact]
    public async Task LocateAsync_CallerGivesUp_TheAnswerIsKept()
    {
        var release = new TaskCompletionSource();
        LookupServiceOptions service = await _bed.HttpAsync("hlr", async (_, context) =>
        {
            await release.Task;
            await context.Response.WriteAsync("""{"result":{"mccmnc":"26203"}}""");
        });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        using var cancel = new CancellationTokenSource();
        ValueTask<Located> waiting = locator.LocateAsync(LookupBed.Number(German), cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting);
        ValueTask<Located> joined = locator.LocateAsync(LookupBed.Number(German), Token);
        release.SetResult();
        (await joined).By.ShouldBe("hlr");
    }

    [Fact]
    public async Task TryLocate_CachedPortedAndRange_AllocatesNothing()
    {
        LookupServiceOptions service = await _bed.HttpAsync("hlr", """{"result":{"mccmnc":"26203"}}""");
        _bed.Import("a", "+33612345678", "20801");
        NumberLocator locator = _bed.Start(new() { Services = [service with { Countries = new HashSet<string> { "DE" } }] });
        E164[] numbers = [LookupBed.Number(German), LookupBed.Number("+33612345678"), LookupBed.Number("+447400123456")];
        await locator.LocateAsync(numbers[0], Token);
        foreach (E164 number in numbers) locator.TryLocate(number, out _).ShouldBeTrue();
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isFound = true;
        for (int i = 0; i < 1000; i++)
        {
            foreach (E164 number in numbers) isFound &= locator.TryLocate(number, out Located located) && located.Destination.Network.IsKnown;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        isFound.ShouldBeTrue();
    }

    private static string By(NumberLocator locator)
    {
        locator.TryLocate(LookupBed.Number(German), out Located located);
        return located.By;
    }
}
