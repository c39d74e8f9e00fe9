using System.CommandLine;

namespace Crosspoint.Cli.Bench;

/// <summary>Bounds of options, with the error that names them.</summary>
internal static class OptionChecks
{
    public static void RequireAtLeast(this Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < least) result.AddError($"{option.Name}: expected a number of at least {least}");
    });

    public static void RequireAboveZero(this Option<double> option) => option.Validators.Add(result =>
    {
        if (!(result.GetValueOrDefault<double>() > 0)) result.AddError($"{option.Name}: expected a number above 0");
    });
}
