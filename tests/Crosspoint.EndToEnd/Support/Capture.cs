using System.Globalization;
using System.Xml.Linq;

namespace Crosspoint.EndToEnd.Support;

/// <summary>What goes over loopback to some ports, as Wireshark sees it.</summary>
internal sealed class Capture : IAsyncDisposable
{
    private readonly ChildProcess _dumpcap;
    private readonly string _file;
    private readonly int[] _ports;

    private Capture(ChildProcess dumpcap, string file, int[] ports)
    {
        _dumpcap = dumpcap;
        _file = file;
        _ports = ports;
    }

    /// <summary>Begins to listen. Skips the test where there is no tshark or no right to capture.</summary>
    public static async Task<Capture> StartAsync(string folder, int[] ports)
    {
        if (Executables.Find("tshark") is null || Executables.Find("dumpcap") is null) Assert.Skip("tshark and dumpcap are not installed");
        string file = Path.Combine(folder, "traffic.pcapng");
        string filter = string.Join(" or ", ports.Select(port => $"tcp port {port}"));
        ChildProcess dumpcap = ChildProcess.Start("dumpcap", ["-q", "-i", "lo", "-f", filter, "-B", "16", "-w", file]);
        bool isCapturing = false;
        await Eventually.BecomesTrueAsync(
            () =>
            {
                isCapturing = dumpcap.Errors.Any(line => line.StartsWith("File: ", StringComparison.Ordinal));
                return isCapturing || dumpcap.HasExited;
            },
            () => $"the capture\n{dumpcap.Transcript}");
        if (isCapturing) return new(dumpcap, file, ports);
        string reason = string.Join(' ', dumpcap.Errors);
        await dumpcap.DisposeAsync();
        Assert.Skip($"Loopback cannot be captured here: {reason}");
        return null!;
    }

    /// <summary>Ends the capture and decodes it. Every port is read as SMPP.</summary>
    public async Task<XElement> DecodeAsync()
    {
        await _dumpcap.SignalAsync("INT");
        (await _dumpcap.WaitForExitAsync()).ShouldBe(0, _dumpcap.Transcript);
        string.Join('\n', _dumpcap.Errors).ShouldMatch("Packets received/dropped on interface .*: [1-9][0-9]*/0 ", "every packet was seen");
        await using ChildProcess tshark =
            await ChildProcess.RunAsync("tshark", ["-r", _file, "-Y", "smpp || _ws.malformed", .. DecodeAs, "-T", "pdml"]);
        (await tshark.WaitForExitAsync()).ShouldBe(0, string.Join('\n', tshark.Errors));
        return XElement.Parse(string.Join('\n', tshark.Output));
    }

    /// <summary>Numbers of the frames of a capture that has ended that fit a display filter.</summary>
    public async Task<IReadOnlyList<string>> FramesAsync(string filter)
    {
        await using ChildProcess tshark =
            await ChildProcess.RunAsync("tshark", ["-r", _file, .. DecodeAs, "-Y", filter, "-T", "fields", "-e", "frame.number"]);
        (await tshark.WaitForExitAsync()).ShouldBe(0, string.Join('\n', tshark.Errors));
        return tshark.Output;
    }

    public ValueTask DisposeAsync() => _dumpcap.DisposeAsync();

    private IEnumerable<string> DecodeAs =>
        _ports.SelectMany(port => new[] { "-d", string.Create(CultureInfo.InvariantCulture, $"tcp.port=={port},smpp") });
}
