using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;

namespace Crosspoint.EndToEnd.Support;

/// <summary>What goes over loopback to some ports, as Wireshark sees it.</summary>
internal sealed class Capture : IAsyncDisposable
{
    private readonly ChildProcess _dumpcap;
    private readonly string _file;
    private readonly int[] _ports;
    private readonly TcpListener _marker;

    private Capture(ChildProcess dumpcap, string file, int[] ports, TcpListener marker)
    {
        _dumpcap = dumpcap;
        _file = file;
        _ports = ports;
        _marker = marker;
    }

    /// <summary>Begins to listen. Skips the test where there is no tshark or no right to capture.</summary>
    public static async Task<Capture> StartAsync(string folder, int[] ports)
    {
        if (Executables.Find("tshark") is null || Executables.Find("dumpcap") is null) Assert.Skip("tshark and dumpcap are not installed");
        string file = Path.Combine(folder, "traffic.pcapng");
        var marker = new TcpListener(IPAddress.Loopback, 0);
        marker.Start();
        string filter = string.Join(" or ", ports.Append(((IPEndPoint)marker.LocalEndpoint).Port).Select(port => $"tcp port {port}"));
        ChildProcess dumpcap = ChildProcess.Start("dumpcap", ["-q", "-i", "lo", "-f", filter, "-B", "16", "-w", file]);
        bool isCapturing = false;
        await Eventually.BecomesTrueAsync(
            () =>
            {
                isCapturing = dumpcap.Errors.Any(line => line.StartsWith("File: ", StringComparison.Ordinal));
                return isCapturing || dumpcap.HasExited;
            },
            () => $"the capture\n{dumpcap.Transcript}");
        if (isCapturing) return new(dumpcap, file, ports, marker);
        string reason = string.Join(' ', dumpcap.Errors);
        await dumpcap.DisposeAsync();
        marker.Dispose();
        Assert.Skip($"Loopback cannot be captured here: {reason}");
        return null!;
    }

    /// <summary>Ends the capture and decodes it. Every port is read as SMPP.</summary>
    public async Task<XElement> DecodeAsync()
    {
        await CatchUpAsync();
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

    public async ValueTask DisposeAsync()
    {
        _marker.Dispose();
        await _dumpcap.DisposeAsync();
    }

    // What is in the kernel's buffer when dumpcap is told to end is lost. So something of our own goes last: once it is in the file, all
    // is.
    private async Task CatchUpAsync()
    {
        byte[] last = Guid.NewGuid().ToByteArray();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)_marker.LocalEndpoint, CancellationToken.None);
        await client.GetStream().WriteAsync(last, CancellationToken.None);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await using var file = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                byte[] bytes = new byte[file.Length];
                await file.ReadExactlyAsync(bytes, CancellationToken.None);
                return bytes.AsSpan().IndexOf(last) >= 0;
            },
            () => "the last packet in the capture's file");
    }

    private IEnumerable<string> DecodeAs =>
        _ports.SelectMany(port => new[] { "-d", string.Create(CultureInfo.InvariantCulture, $"tcp.port=={port},smpp") });
}
