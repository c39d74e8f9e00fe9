namespace Crosspoint.TestKit;

/// <summary>Finds the checkout that a test was built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds Crosspoint.slnx.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Crosspoint.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests must run inside the checkout.");
    }
}
