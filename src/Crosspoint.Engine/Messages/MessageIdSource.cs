using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// Makes ids whose keys strictly rise, also when many are made in one millisecond or when the clock steps back.
/// Not thread-safe: the journal's sequencer owns it, so that the order of keys is the order of commits.
/// </summary>
public sealed class MessageIdSource(TimeProvider time)
{
    private readonly byte[] _random = new byte[4096];
    private int _used = 4096;

    /// <summary>The last key given out, or found in the store at start.</summary>
    public long LastKey { get; private set; }

    /// <summary>Keys found in the store must never be given out again.</summary>
    public void StartAfter(long key) => LastKey = Math.Max(LastKey, key);

    public MessageId Next()
    {
        long key = Math.Max(MessageId.FirstKeyAt(time.GetUtcNow().ToUnixTimeMilliseconds()), LastKey + 1);
        LastKey = key;
        if (_used == _random.Length)
        {
            RandomNumberGenerator.Fill(_random);
            _used = 0;
        }

        long tail = BinaryPrimitives.ReadInt64LittleEndian(_random.AsSpan(_used)) & 0x3FFF_FFFF_FFFF_FFFF;
        _used += sizeof(long);
        return new(key, tail);
    }
}
