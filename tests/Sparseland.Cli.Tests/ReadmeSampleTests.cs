using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Testing;

namespace Sparseland.Cli.Tests;

public class ReadmeSampleTests
{
    [Fact]
    public void The_sample_of_the_readme_is_this_code_and_runs()
    {
        var repository = TestData.Repository();
        Assert.SkipWhen(repository is null, "the repository is not here");
        var sample = File.ReadAllText(Path.Combine(repository!, "README.md"));
        Assert.Contains("using var model = LanguageModel.Load(\"models/storyteller\");", sample, StringComparison.Ordinal);
        Assert.Contains("var result = model.Generate(\"A story about Tom and Anna\", new GenerationSettings { MaximumTokens = 40 });", sample, StringComparison.Ordinal);

        using var model = LanguageModel.Load(Path.Combine(repository!, "models/storyteller"));
        var result = model.Generate("A story about Tom and Anna", new GenerationSettings { MaximumTokens = 40 });
        Assert.InRange(result.Tokens.Count, 1, 40);
        Assert.NotEqual("", result.Text);
    }
}
