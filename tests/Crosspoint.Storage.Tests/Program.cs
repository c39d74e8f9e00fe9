using Crosspoint.Storage.Tests.Sqlite;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (Environment.GetEnvironmentVariable(CrashChild.Variable) is { } directory)
{
    await CrashChild.RunAsync(directory);
    return 0;
}

if (Environment.GetEnvironmentVariable(RevisionChild.Variable) is { } file)
{
    await RevisionChild.RunAsync(file);
    return 0;
}

return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, Crosspoint.Storage.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
