using Crosspoint.Smpp.Codec;
using Crosspoint.TestKit;

namespace Crosspoint.Smpp.Tests;

/// <summary>Holds the public API to the committed list, so that a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheLibrary_IsTheCommittedOne()
    {
        string committed = Repository.PathOf("tests", "Crosspoint.Smpp.Tests", "PublicApi.txt");
        string actual = PublicApi.Describe(typeof(PduFrame).Assembly);
        string file = Path.Combine(AppContext.BaseDirectory, "PublicApi.actual.txt");
        File.WriteAllText(file, actual);

        actual.ShouldBe(File.ReadAllText(committed).ReplaceLineEndings("\n"), $"If the change is meant, copy {file} over tests/Crosspoint.Smpp.Tests/PublicApi.txt.");
    }
}
