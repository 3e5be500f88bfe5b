using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

public partial class StoryGuideTests
{
    [Fact]
    public void The_guides_example_is_what_the_generator_writes()
    {
        var guide = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "guides", "stories.md"));
        var match = Example().Match(guide);
        var story = new StoryGenerator().Generate(
            ulong.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
        Assert.Equal(story.Text, match.Groups[3].Value);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{story.Surprisal:F1} nats in {story.Choices} choices"), guide, StringComparison.Ordinal);
    }

    // Models in the repository were trained on exactly these texts; whoever changes them changes what the models' cards say.
    [Fact]
    public void The_usual_stories_are_still_those_that_models_were_trained_on()
    {
        var texts = Encoding.ASCII.GetBytes(string.Join('\n', StoryCorpus.Texts(1, 0, 300)));
        Assert.Equal("ECD80814244C6864D03CA18C2BBB5C711D4B9B93C36D9EC106A357D1C101FB61", Convert.ToHexString(SHA256.HashData(texts)));
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sparseland.slnx")))
            folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new DirectoryNotFoundException("Sparseland.slnx");
        return folder;
    }

    [GeneratedRegex(@"seed (\d+) and index (\d+).*?```text\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
