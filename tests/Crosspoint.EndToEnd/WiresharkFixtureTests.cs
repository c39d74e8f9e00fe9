using System.Buffers.Binary;
using System.Globalization;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>
/// The fixtures of the SMPP library, every operation of 3.4 and 5.0 among them, read by Wireshark. Those that quote a peer's fault are here
/// to be read by us, not by it: the fixtures that must be refused, and five that are taken although they break the standard.
/// </summary>
public sealed class WiresharkFixtureTests
{
    // Faults of peers that we take and the dissector does not.
    private static readonly string[] Tolerated =
    [
        "deliver-sm-resp-no-body", "deliver-sm-udhi-without-header", "submit-multi-resp-id-only", "submit-sm-resp-no-null",
        "submit-sm-telematics-one-octet",
    ];

    // The dissector knows the broadcast family, but reads broadcast_rep_num as one octet where 5.0 (§4.8.4.15) has two, and is lost.
    private static readonly string[] MisreadByWireshark = ["broadcast-sm"];

    [Fact(Timeout = 60_000)]
    public async Task EveryOperation_IsDissectedAsItself()
    {
        using var folder = new TestFolder();
        (string Name, byte[] Pdu)[] fixtures = [.. ReadSound()];
        string file = Path.Combine(folder.Path, "fixtures.pcap");
        await File.WriteAllBytesAsync(file, Capture(fixtures), TestContext.Current.CancellationToken);

        string[] arguments =
        [
            "-r", file, "-d", "tcp.port==2775,smpp", "-T", "fields", "-E", "separator=/s", "-e", "frame.number", "-e", "smpp.command_id",
            "-e", "_ws.malformed",
        ];
        await using ChildProcess tshark = await ChildProcess.RunAsync("tshark", arguments);
        (await tshark.WaitForExitAsync()).ShouldBe(0, string.Join('\n', tshark.Errors));

        tshark.Output.Count.ShouldBe(fixtures.Length);
        var operations = new HashSet<uint>();
        for (var i = 0; i < fixtures.Length; i++)
        {
            uint id = BinaryPrimitives.ReadUInt32BigEndian(fixtures[i].Pdu.AsSpan(4));
            operations.Add(id);
            string line = tshark.Output[i].TrimEnd();
            string expected = string.Create(CultureInfo.InvariantCulture, $"{i + 1} 0x{id:x8}");
            line.ShouldStartWith(expected, customMessage: fixtures[i].Name);
            if (MisreadByWireshark.Contains(fixtures[i].Name)) line.ShouldContain("Malformed", customMessage: "Wireshark has learnt it");
            else line.ShouldBe(expected, fixtures[i].Name);
        }

        // Three binds with answers, outbind, and both sides of submit, multi, deliver, data, query, cancel, replace, unbind, enquire_link
        // and the three broadcasts; alert_notification and generic_nack.
        operations.Count.ShouldBe(33);
    }

    private static IEnumerable<(string Name, byte[] Pdu)> ReadSound()
    {
        string folder = Repository.PathOf("tests", "Crosspoint.Smpp.Tests", "Fixtures");
        foreach (string file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            string[] lines = [.. File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#')];
            string name = Path.GetFileNameWithoutExtension(file);
            bool isRefused = lines.Any(line => line.StartsWith("result =", StringComparison.Ordinal));
            if (isRefused || Tolerated.Contains(name)) continue;
            yield return (name, Convert.FromHexString(string.Concat(lines.Where(line => !line.Contains('=', StringComparison.Ordinal)))));
        }
    }

    // A capture file of raw IPv4: each PDU is the only segment of a connection of its own.
    private static byte[] Capture((string Name, byte[] Pdu)[] pdus)
    {
        var file = new List<byte>(Convert.FromHexString("A1B2C3D4000200040000000000000000" + "0000FFFF" + "00000065"));
        for (var i = 0; i < pdus.Length; i++)
        {
            byte[] pdu = pdus[i].Pdu;
            var packet = new byte[40 + pdu.Length];
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            packet[8] = 64;
            packet[9] = 6;
            packet[12] = packet[16] = 127;
            packet[15] = packet[19] = 1;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), (ushort)(40_000 + i));
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), 2775);
            packet[27] = packet[31] = 1;
            packet[32] = 0x50;
            packet[33] = 0x18;
            packet[34] = 0x20;
            pdu.CopyTo(packet, 40);
            var record = new byte[16];
            BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(4), i);
            BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(8), packet.Length);
            BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(12), packet.Length);
            file.AddRange(record);
            file.AddRange(packet);
        }

        return [.. file];
    }
}
