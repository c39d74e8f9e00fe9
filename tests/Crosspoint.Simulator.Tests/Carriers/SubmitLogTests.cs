using System.Text.Json;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator.Tests.Carriers;

public sealed class SubmitLogTests
{
    [Fact]
    public async Task SubmitLog_Accepted_HasOneLineEachAndIsAppendedTo()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "submits.jsonl");
        for (var run = 0; run < 2; run++)
        {
            await using TestSimulator simulator = await TestSimulator.StartAsync(
                CarrierBehaviour.Default with { RefuseAlphanumeric = true }, o => o with { SubmitLog = path });
            await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
            esme.Submit("run " + run);
            esme.Submit("refused", from: "ACME", sourceTon: 5);
            await esme.ResponsesAsync(2);
        }

        string[] lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
        lines.Select(static line => JsonElement.Parse(line).GetProperty("text").GetString()).ShouldBe(["run 0", "run 1"]);
        JsonElement first = JsonElement.Parse(lines[0]);
        first.GetProperty("message_id").GetString().ShouldBe("1000");
        first.GetProperty("destination").GetString().ShouldBe("447700900001");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public async Task SubmitLog_WhileRunning_IsWrittenWithinMoments()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "submits.jsonl");
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default, o => o with { SubmitLog = path });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.ResponseAsync();
        simulator.Time.Advance(TimeSpan.FromMilliseconds(20));

        await Until.TrueAsync(() => new FileInfo(path).Length > 0);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void SubmitRing_MoreThanItsSize_KeepsTheNewest()
    {
        var ring = new SubmitRing(1000);
        var source = new SmppAddress(1, 1, "15550001000"u8);
        var pdu = new SubmitSm { SourceAddr = source };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        for (var i = 1; i <= 2500; i++)
            ring.Add(default, CommandId.SubmitSm, CommandStatus.Ok, "cp", body, [(byte)i, (byte)(i >> 8)], 2, default, i, i);

        ring.After(0, 5).Select(static e => e.Number).ShouldBe([1501, 1502, 1503, 1504, 1505]);
        ring.After(2498, 5).Select(static e => e.Number).ShouldBe([2499, 2500]);
        ring.Find("cp", [2000 & 0xFF, 2000 >> 8], source)!.Number.ShouldBe(2000);
        ring.Find("cp", [1400 & 0xFF, 1400 >> 8], source).ShouldBeNull();
    }
}
