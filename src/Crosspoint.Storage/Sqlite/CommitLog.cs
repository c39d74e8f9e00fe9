using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The file that every commit reaches first: one record a group, synced before anybody is told. What is in it goes into the slices later,
/// many groups at once, and the file begins again at its front (docs/adr/0011-commit-log.md). The sequencer's own.
/// </summary>
/// <remarks>
/// The file: 8 octets that name its form, 8 of salt; then records: length of the payload (4), CRC-32C over salt, number and payload (4),
/// number (8), payload; all lowest octet first. Numbers rise by one from record to record. What does not fit that is the end: a record
/// that was being written when the power went, or one of an earlier round, which had another salt.
/// </remarks>
internal sealed class CommitLog : IDisposable
{
    /// <summary>To be left free at the front of what is appended.</summary>
    public const int HeaderBytes = 16;

    private const string Name = "commits.log";
    private const int FileHeaderBytes = 16;

    // Written ahead as zeros: a record then changes no length, and syncing it writes little but its own blocks.
    private const int GrowBytes = 4 << 20;

    // A file that a long time without space has made larger is cut to this.
    private const int KeptBytes = 32 << 20;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly SqliteJournalOptions _options;
    private long _salt;
    private long _room;
    private long _end = FileHeaderBytes;
    private bool _isSaltWritten;
    private bool _isRead;

    private CommitLog(string path, SafeFileHandle file, SqliteJournalOptions options)
    {
        _path = path;
        _file = file;
        _options = options;
        _room = RandomAccess.GetLength(file);
    }

    private static ReadOnlySpan<byte> Form => "CPLOG\0\0\u0001"u8;

    public static string PathOf(string journal) => Path.Combine(journal, Name);

    /// <summary>Number of the last record; higher than that of any before it.</summary>
    public long Last { get; private set; }

    /// <summary>Octets of records.</summary>
    public long Length => _end - FileHeaderBytes;

    /// <summary>Opens or makes the file. <see cref="Read"/> must follow, and see all of it, before anything is appended.</summary>
    /// <exception cref="InvalidOperationException">The file is of a form that this program does not know.</exception>
    public static CommitLog Open(SqliteJournalOptions options)
    {
        string path = PathOf(options.Directory);
        bool isNew = !File.Exists(path);
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            if (isNew) DiskSync.FlushDirectory(options.Directory);
            var log = new CommitLog(path, file, options);
            log.ReadHeader();
            return log;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Later records get higher numbers.</summary>
    public void StartAfter(long number) => Last = Math.Max(Last, number);

    /// <summary>The records in order. The first time up to the last that is valid, behind which the next one is appended.</summary>
    public IEnumerable<Record> Read()
    {
        long at = FileHeaderBytes;
        long before = 0;
        while ((!_isRead || at < _end) && ReadAt(at, before) is { } record)
        {
            at += HeaderBytes + record.Payload.Length;
            before = record.Number;
            Last = Math.Max(Last, record.Number);
            yield return record;
        }

        if (_isRead && at != _end) throw new IOException($"{_path} cannot be read back.");
        _end = at;
        _isRead = true;
    }

    /// <summary>
    /// Writes and syncs one record. False when there is no space for it: nothing was written then. Any other fault leaves it open whether
    /// the record is in the file.
    /// </summary>
    /// <param name="record"><see cref="HeaderBytes"/> octets, which are filled in here, and the payload.</param>
    public bool TryAppend(Span<byte> record)
    {
        if (_end + record.Length > _room && !TryGrow(_end + record.Length)) return false;
        long number = Last + 1;
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Checksum(number, record[HeaderBytes..]));
        try
        {
            if (!_isSaltWritten) WriteSalt();
            RandomAccess.Write(_file, record, _end);
        }
        catch (IOException exception) when (IsNoSpace(exception))
        {
            // File systems that never write in place. The next record goes to the same place.
            return false;
        }

        DiskSync.Flush(_file, _path);
        _end += record.Length;
        Last = number;
        return true;
    }

    /// <summary>Begins again at the front: everything in it is in its slice, and synced there.</summary>
    public void Reset()
    {
        _end = FileHeaderBytes;
        _salt = NewSalt();
        _isSaltWritten = false;
        if (_room <= KeptBytes) return;
        RandomAccess.SetLength(_file, KeptBytes);
        _room = KeptBytes;
    }

    /// <summary>
    /// After <see cref="Reset"/>: sees to it that what was in it is not read again even if nothing is appended. False when there is no space
    /// for that.
    /// </summary>
    public bool TryForget()
    {
        if (_isSaltWritten || _room < FileHeaderBytes) return true;
        try
        {
            WriteSalt();
        }
        catch (IOException exception) when (IsNoSpace(exception))
        {
            return false;
        }

        DiskSync.Flush(_file, _path);
        return true;
    }

    /// <summary>After <see cref="Reset"/>: a journal that was closed in order is its slices alone.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _file.Dispose();

    private void ReadHeader()
    {
        Span<byte> header = stackalloc byte[FileHeaderBytes];
        int length = RandomAccess.Read(_file, header, 0);
        if (length == FileHeaderBytes && !header[..8].ContainsAnyExcept((byte)0)) length = 0;
        if (length < FileHeaderBytes)
        {
            // A new file, or one that was only begun.
            _salt = NewSalt();
            return;
        }

        if (!header[..8].SequenceEqual(Form))
        {
            throw new InvalidOperationException($"{_path} has a form that this program does not know: it was written by another Crosspoint. Start that one instead.");
        }

        _salt = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        _isSaltWritten = true;
    }

    private Record? ReadAt(long at, long before)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (RandomAccess.Read(_file, header, at) < HeaderBytes) return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        long number = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        if (length <= 0 || number <= 0 || (before != 0 && number != before + 1)) return null;
        if (at + HeaderBytes + length > RandomAccess.GetLength(_file)) return null;
        byte[] payload = new byte[length];
        for (int done = 0; done < length;)
        {
            int read = RandomAccess.Read(_file, payload.AsSpan(done), at + HeaderBytes + done);
            if (read == 0) return null;
            done += read;
        }

        return Checksum(number, payload) == checksum ? new(number, payload) : null;
    }

    private uint Checksum(long number, ReadOnlySpan<byte> payload)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, (ulong)_salt);
        crc = BitOperations.Crc32C(crc, (ulong)number);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(payload);
        foreach (ulong word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (byte octet in payload[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }

    private bool TryGrow(long needed)
    {
        long room = (needed + GrowBytes - 1) / GrowBytes * GrowBytes;
        if (_options.MaxLogBytes > 0)
        {
            if (needed > _options.MaxLogBytes) return false;
            room = Math.Min(room, _options.MaxLogBytes);
        }

        long at = _room;
        try
        {
            byte[] zeros = new byte[64 * 1024];
            for (; at < room; at += zeros.Length)
            {
                RandomAccess.Write(_file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, room - at)), at);
            }
        }
        catch (IOException exception) when (IsNoSpace(exception))
        {
            // What there is may be enough.
            room = at < needed ? _room : at;
            RandomAccess.SetLength(_file, room);
            if (at < needed) return false;
        }

        DiskSync.Flush(_file, _path);
        _room = room;
        return true;
    }

    private void WriteSalt()
    {
        Span<byte> header = stackalloc byte[FileHeaderBytes];
        Form.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], _salt);
        RandomAccess.Write(_file, header, 0);
        _isSaltWritten = true;
    }

    // Random, so that nobody can put octets into a message that look like a record.
    private static long NewSalt()
    {
        Span<byte> salt = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(salt);
        return BinaryPrimitives.ReadInt64LittleEndian(salt);
    }

    private static bool IsNoSpace(IOException exception)
    {
        const int DiskFullOnWindows = unchecked((int)0x80070070);
        return exception.HResult == DiskFullOnWindows || SqliteFaultException.IsNoSpace(exception.HResult);
    }

    /// <summary>One commit.</summary>
    internal readonly record struct Record(long Number, byte[] Payload);
}
