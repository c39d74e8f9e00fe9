using System.Diagnostics;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>
/// A library to preload whose <c>fsync</c> and <c>fdatasync</c> fail with EIO as soon as a certain file exists. Needs
/// Linux and a C compiler.
/// </summary>
internal static class FaultyDisk
{
    /// <summary>Names the file.</summary>
    public const string Variable = "CROSSPOINT_FAIL_FSYNC";

    private const string Source =
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <unistd.h>
        static int fails(void) { const char *file = getenv("CROSSPOINT_FAIL_FSYNC"); return file && access(file, F_OK) == 0; }
        int fsync(int fd) { if (fails()) { errno = EIO; return -1; } return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
        int fdatasync(int fd) { if (fails()) { errno = EIO; return -1; } return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
        """;

    public static async Task<string> BuildAsync(string directory, CancellationToken cancellationToken)
    {
        string source = Path.Combine(directory, "faulty.c");
        string library = Path.Combine(directory, "faulty.so");
        await File.WriteAllTextAsync(source, Source, cancellationToken);
        try
        {
            if (!OperatingSystem.IsLinux()) Assert.Skip("Preloading a library needs Linux.");
            using Process compiler = Process.Start("cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]);
            await compiler.WaitForExitAsync(cancellationToken);
            if (compiler.ExitCode != 0) Assert.Skip("The faulty library did not compile here.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no C compiler here.");
        }

        return library;
    }
}
