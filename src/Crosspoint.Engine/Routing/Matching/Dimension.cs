namespace Crosspoint.Engine.Routing.Matching;

/// <summary>One kind of condition of the rules of a group, by value. A message has one value of it.</summary>
/// <param name="Place">Of the kind among those of <see cref="RuleKeys"/>.</param>
/// <param name="Sets">The rules that a value leaves open, by its number.</param>
internal readonly record struct Dimension(int Place, RuleSet[] Sets);
