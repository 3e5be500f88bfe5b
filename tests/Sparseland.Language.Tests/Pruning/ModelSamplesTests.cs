using Sparseland.Language.Pruning;
using Sparseland.Language.Tests.Models;

namespace Sparseland.Language.Tests.Pruning;

public class ModelSamplesTests
{
    [Fact]
    public void Samples_fill_their_windows_begin_texts_after_texts_that_end_and_depend_on_the_seed_alone()
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama2") with { BeginToken = 1, EndTokens = [2, 3, 4, 5, 6, 7, 8, 9] });
        var model = checkpoint.ToModel();
        var set = ModelSamples.Draw(model, 4, 60, 5);
        Assert.Equal((4, 60), (set.Count, set.Length));
        Assert.All(set.Sequences, sequence => Assert.Equal(1, sequence[0]));
        foreach (var sequence in set.Sequences)
            for (var i = 0; i < 59; i++)
                if (sequence[i] is >= 2 and <= 9)
                    Assert.Equal(1, sequence[i + 1]);
        Assert.Contains(set.Sequences, sequence => sequence.Any(id => id is >= 2 and <= 9));
        Assert.Equal(set.Hash, ModelSamples.Draw(model, 4, 60, 5).Hash);
        Assert.NotEqual(set.Hash, ModelSamples.Draw(model, 4, 60, 6).Hash);
        Assert.Equal(set.Sequences[0], ModelSamples.Draw(model, 1, 60, 5).Sequences[0]);
    }
}
