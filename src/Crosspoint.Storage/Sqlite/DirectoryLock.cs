namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Keeps a second process out of a journal's directory. The operating system lets go of it when the process ends,
/// however it ends.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private const string Name = "lock";

    private readonly FileStream _file;

    private DirectoryLock(FileStream file)
    {
        _file = file;
    }

    /// <exception cref="InvalidOperationException">Another process, or this one, has the directory open.</exception>
    public static DirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, Name);
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new InvalidOperationException(
                $"The journal in {directory} is open in another process. Two processes cannot share one directory.", exception);
        }
    }

    /// <summary>Removes the file from a directory that nobody has open.</summary>
    public static void Remove(string directory) => File.Delete(Path.Combine(directory, Name));

    public void Dispose() => _file.Dispose();
}
