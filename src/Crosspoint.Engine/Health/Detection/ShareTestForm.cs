namespace Crosspoint.Engine.Health.Detection;

/// <summary>What kind of change a <see cref="ShareTest"/> looks for.</summary>
/// <param name="Floor">Least usual share: nothing is so rare that one case is much evidence.</param>
/// <param name="Shift">Rise of the share that it is tuned for.</param>
/// <param name="RelativeShift">The same as a part of the usual share; the greater of both counts.</param>
/// <param name="Steps">Looks that the evidence must come from at least: what happens in one moment has one cause.</param>
/// <param name="IsDaily">Whether each hour of the day has a usual share of its own.</param>
/// <param name="IsClumpy">Bad ones come in clumps, as lists with bad numbers have it: how far they do is learned, and evidence is worth so much less.</param>
/// <param name="NeedsOwn">Whether nothing is said before the cell's own share is known: there is no usual one elsewhere.</param>
/// <param name="Most">The most that a new cell may teach to be usual: what is worse has to last before it is.</param>
internal sealed record ShareTestForm(
    double Floor, double Shift, double RelativeShift, int Steps, bool IsDaily = false, bool IsClumpy = false, bool NeedsOwn = false, double Most = 1);
