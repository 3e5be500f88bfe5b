using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Generation;

namespace Sparseland.Language.Tests.Generation;

public sealed class SamplerTests
{
    private const int Draws = 40_000;

    private static float[] Logits(int count, ulong seed = 5)
    {
        var logits = new float[count];
        new RandomStream(seed, "logits").FillNormal(logits, 1.5);
        return logits;
    }

    // The filters by their definitions: sort everything, keep what belongs, renormalise.
    private static double[] Probabilities(float[] logits, GenerationSettings s)
    {
        var ids = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).ToArray();
        var kept = ids.Take(s.TopK > 0 ? s.TopK : ids.Length).ToArray();
        double Weight(int id) => Math.Exp((logits[id] - logits[ids[0]]) / s.Temperature);
        var total = kept.Sum(Weight);
        var nucleus = new List<int>();
        foreach (var id in kept)
        {
            if (s.TopP < 1 && nucleus.Sum(Weight) >= s.TopP * total)
                break;
            nucleus.Add(id);
        }
        var last = nucleus.Where(id => Weight(id) >= s.MinP).ToArray();
        var probabilities = new double[logits.Length];
        foreach (var id in last)
            probabilities[id] = Weight(id) / last.Sum(Weight);
        return probabilities;
    }

    [Theory]
    [InlineData(1.0, 0, 1.0, 0.0)]
    [InlineData(0.6, 0, 1.0, 0.0)]
    [InlineData(1.3, 5, 1.0, 0.0)]
    [InlineData(1.0, 0, 0.8, 0.0)]
    [InlineData(1.0, 0, 1.0, 0.1)]
    [InlineData(0.9, 20, 0.9, 0.05)]
    [InlineData(1.0, 0, 0.95, 0.2)]
    public void Frequencies_follow_the_filtered_distribution(double temperature, int topK, double topP, double minP)
    {
        var settings = new GenerationSettings { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = 11 };
        var logits = Logits(40);
        var expected = Probabilities(logits, settings);
        var sampler = new Sampler(settings, logits.Length);
        var counts = new int[logits.Length];
        for (var i = 0; i < Draws; i++)
            counts[sampler.Next(logits)]++;
        for (var id = 0; id < counts.Length; id++)
            Assert.True(expected[id] > 0 || counts[id] == 0, $"token {id} is filtered out and was drawn");
        // Chi-square over cells that expect ten draws or more, the others pooled; the bound is mean + 5 deviations.
        var cells = Enumerable.Range(0, counts.Length).Where(id => expected[id] * Draws >= 10).ToArray();
        var chi = cells.Sum(id => Math.Pow(counts[id] - expected[id] * Draws, 2) / (expected[id] * Draws));
        Assert.InRange(chi, 0, cells.Length + 5 * Math.Sqrt(2.0 * cells.Length));
    }

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(50, 1.0)]
    [InlineData(300, 0.7)]
    public void A_large_vocabulary_draws_only_from_the_kept_tokens(int topK, double topP)
    {
        var settings = new GenerationSettings { Temperature = 1, TopK = topK, TopP = topP };
        var logits = Logits(5000);
        var expected = Probabilities(logits, settings);
        var sampler = new Sampler(settings, logits.Length);
        for (var i = 0; i < 500; i++)
            Assert.True(expected[sampler.Next(logits)] > 0);
    }

    [Fact]
    public void Greedy_takes_the_largest_and_the_smaller_id_of_a_tie() =>
        Assert.Equal(2, new Sampler(new GenerationSettings(), 5).Next([0, 1, 3, 3, -1]));

    [Fact]
    public void Top_k_of_equal_logits_keeps_the_smallest_ids()
    {
        var sampler = new Sampler(new GenerationSettings { Temperature = 1, TopK = 3 }, 10);
        var drawn = Enumerable.Range(0, 200).Select(_ => sampler.Next(new float[10])).Distinct().Order();
        Assert.Equal([0, 1, 2], drawn);
    }

    [Fact]
    public void The_penalty_divides_positive_and_multiplies_negative_logits_of_seen_tokens_once()
    {
        float[] logits = [4, -2, 3, 1];
        var sampler = new Sampler(new GenerationSettings { RepetitionPenalty = 2 }, 4);
        sampler.Accept([0, 1, 0]);
        Assert.Equal(2, sampler.Next(logits));
        Assert.Equal([2, -4, 3, 1], logits);
    }

    [Fact]
    public void Equal_seeds_draw_equal_tokens_and_others_do_not()
    {
        var logits = Logits(100);
        int[] Run(ulong seed)
        {
            var sampler = new Sampler(new GenerationSettings { Temperature = 1, TopP = 0.9, Seed = seed }, 100);
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Next([.. logits]))];
        }
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_logit_that_is_no_number_stops_the_generation(float value) =>
        Assert.Throws<NumericalException>(() => new Sampler(new GenerationSettings { Temperature = 1 }, 3).Next([0, value, 1]));

    [Fact]
    public void Excluded_tokens_are_never_drawn()
    {
        var sampler = new Sampler(new GenerationSettings { Temperature = 2 }, 3);
        for (var i = 0; i < 100; i++)
            Assert.NotEqual(1, sampler.Next([0, float.NegativeInfinity, 0]));
    }

    [Fact]
    public void Drawing_makes_no_garbage()
    {
        var sampler = new Sampler(new GenerationSettings { Temperature = 1, TopK = 40, TopP = 0.9, RepetitionPenalty = 1.1 }, 1000);
        var logits = Logits(1000);
        sampler.Accept([sampler.Next(logits)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            var token = sampler.Next(logits);
            sampler.Accept(new ReadOnlySpan<int>(in token));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
