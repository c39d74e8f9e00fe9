using Crosspoint.Smpp.Codec;
using Crosspoint.TestKit;

namespace Crosspoint.Smpp.Tests.Support;

/// <summary>A file of Fixtures: a comment, a whole PDU in hex, and the fields it must be read to.</summary>
internal sealed record PduFixture(string Name, byte[] Pdu, IReadOnlyList<string> Expected)
{
    public PduHeader Header => PduHeader.TryRead(Pdu, out PduHeader header) ? header : default;

    public byte[] Body => Pdu[PduHeader.Bytes..];

    public static IReadOnlyList<PduFixture> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("tests", "Crosspoint.Smpp.Tests", "Fixtures"), "*.txt")
            .Order(StringComparer.Ordinal).Select(Read),
    ];

    private static PduFixture Read(string file)
    {
        string[] lines = [.. File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#')];
        string hex = string.Concat(lines.Where(line => !line.Contains('=', StringComparison.Ordinal)));
        return new PduFixture(
            Path.GetFileNameWithoutExtension(file), Hex.Bytes(hex),
            [.. lines.Where(line => line.Contains('=', StringComparison.Ordinal)).Select(line => line.Trim())]);
    }
}
