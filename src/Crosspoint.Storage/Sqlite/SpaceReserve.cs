namespace Crosspoint.Storage.Sqlite;

/// <summary>A file of zeros that is given up when the disk is full, so that what vendors have answered can still be recorded.</summary>
internal sealed class SpaceReserve(string directory, long bytes)
{
    private const string Name = "reserve";

    private readonly string _path = Path.Combine(directory, Name);

    /// <summary>Makes the file if it is not there. False when there is no space for it.</summary>
    public bool TrySetAside()
    {
        try
        {
            if (bytes == 0) return true;
            var file = new FileInfo(_path);
            if (file.Exists && file.Length == bytes) return true;
            using FileStream stream = file.Open(FileMode.Create, FileAccess.Write);

            // Written, not only extended: a hole keeps nothing.
            byte[] zeros = new byte[64 * 1024];
            for (long left = bytes; left > 0; left -= zeros.Length) stream.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
            stream.Flush();
            DiskSync.Flush(stream.SafeFileHandle, _path);
            return true;
        }
        catch (IOException)
        {
            GiveUp();
            return false;
        }
    }

    /// <summary>True when there was something to give up.</summary>
    public bool GiveUp()
    {
        try
        {
            if (!File.Exists(_path)) return false;
            File.Delete(_path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
