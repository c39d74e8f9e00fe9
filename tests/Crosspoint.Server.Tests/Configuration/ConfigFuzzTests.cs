using System.Text;
using Crosspoint.Server.Configuration;
using Crosspoint.TestKit;

namespace Crosspoint.Server.Tests.Configuration;

public sealed class ConfigFuzzTests
{
    private const int Rounds = 2000;
    private const int MostChanges = 4;

    // What YAML gives a meaning to, and some that it does not allow.
    private const string Odd = "{}[]:,-#&*!|>'\"%@`?~ \t\n\r\0\u0085\u2028\uFEFF\uD800\\0aé";

    [Fact]
    public void Parse_BrokenInEveryWay_NeverThrowsAndNamesTheFile()
    {
        string[] samples = [File.ReadAllText(Repository.PathOf("samples", "crosspoint.yaml")), ConfigFileTests.Contract, ConfigFileTests.Full];
        var dice = new Random(20_261);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string text = Mutate(samples[round % samples.Length], dice);
            ConfigResult result = Parse(text, round);
            if (result.Config is not null) continue;
            refused++;
            result.Errors.ShouldNotBeEmpty(text);
            result.Errors.ShouldAllBe(error => error.File == "gateway.yaml" && error.Line >= 1);
        }

        refused.ShouldBeGreaterThan(Rounds / 2);
    }

    [Fact]
    public void Parse_FlowMappingGoesOnWithTooLittleIndentation_IsAnErrorWithItsLine()
    {
        ConfigResult result = ConfigFile.Parse("data: ./data\nsmpp: {\nlisten: 127.0.0.1:2775 }\n", "gateway.yaml", "/etc/crosspoint");

        result.Config.ShouldBeNull();
        result.Errors.ShouldContain(error => error.File == "gateway.yaml" && error.Message.StartsWith("is not valid YAML"));
    }

    private static ConfigResult Parse(string text, int round)
    {
        try
        {
            return ConfigFile.Parse(text, "gateway.yaml", "/etc/crosspoint");
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Round {round}, {error.GetType().Name}: {error.Message}\n{text}", error);
        }
    }

    private static string Mutate(string sample, Random dice)
    {
        var text = new StringBuilder(sample);
        for (int i = dice.Next(MostChanges) + 1; i > 0; i--)
        {
            int at = dice.Next(text.Length);
            int length = Math.Min(dice.Next(1, 40), text.Length - at);
            switch (dice.Next(6))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, Odd[dice.Next(Odd.Length)]);
                    break;
                case 2:
                    text[at] = Odd[dice.Next(Odd.Length)];
                    break;
                case 3:
                    text.Insert(dice.Next(text.Length), text.ToString(at, length));
                    break;
                case 4:
                    Indent(text, dice);
                    break;
                default:
                    // A flow mapping broken over lines.
                    text.Insert(at, "\n" + new string(' ', dice.Next(6)));
                    break;
            }

            if (text.Length == 0) text.Append('x');
        }

        return text.ToString();
    }

    // Gives a line more or less indentation.
    private static void Indent(StringBuilder text, Random dice)
    {
        string[] lines = text.ToString().Split('\n');
        int line = dice.Next(lines.Length);
        lines[line] = new string(' ', dice.Next(10)) + lines[line].TrimStart();
        text.Clear().AppendJoin('\n', lines);
    }
}
