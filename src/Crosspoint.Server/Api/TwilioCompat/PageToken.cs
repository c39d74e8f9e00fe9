using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>
/// Where a page of a list begins, and where the pages before it began, so that one can walk both ways. Opaque to clients.
/// A page that begins at a key stays the same however many messages come in meanwhile.
/// </summary>
/// <param name="Before">Only keys below it.</param>
/// <param name="Earlier">The same of the pages before, nearest first; at most <see cref="MaxEarlier"/>.</param>
internal sealed record PageToken(long Before, IReadOnlyList<long> Earlier)
{
    private const string Prefix = "PT";
    private const int MaxEarlier = 20;

    /// <summary>The token of the page that follows one which began at <paramref name="start"/>.</summary>
    public static PageToken After(long start, PageToken? current, long nextBefore) =>
        new(nextBefore, [start, .. (current?.Earlier ?? []).Take(MaxEarlier - 1)]);

    /// <summary>The token of the page before; null when that is not known any more.</summary>
    public PageToken? Previous() => Earlier.Count == 0 ? null : new(Earlier[0], [.. Earlier.Skip(1)]);

    public override string ToString()
    {
        byte[] bytes = new byte[sizeof(long) * (1 + Earlier.Count)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Before);
        for (int i = 0; i < Earlier.Count; i++) BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long) * (i + 1)), Earlier[i]);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    public static PageToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long) * (2 + MaxEarlier)];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > 256) return null;
        if (Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length), bytes, out _, out int length) != OperationStatus.Done) return null;
        if (length == 0 || length % sizeof(long) != 0 || length > sizeof(long) * (1 + MaxEarlier)) return null;
        var earlier = new List<long>();
        for (int at = sizeof(long); at < length; at += sizeof(long)) earlier.Add(BinaryPrimitives.ReadInt64BigEndian(bytes[at..]));
        return new(BinaryPrimitives.ReadInt64BigEndian(bytes), earlier);
    }
}
