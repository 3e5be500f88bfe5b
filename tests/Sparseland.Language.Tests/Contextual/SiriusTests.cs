using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Contextual;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Evaluation;
using Sparseland.Language.Tests.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Contextual;

public class SiriusTests
{
    private static readonly NumberTokenizer Tokenizer = new(61);
    private static readonly int[] Prompt = [0, 12, 7, 33, 5, 40, 12, 7];
    private static readonly GenerationSettings Greedy = new() { MaximumTokens = 40, IgnoresEndTokens = true };

    public static TheoryData<string> Names => Architectures.Names;

    [Theory, MemberData(nameof(Names))]
    public void Strict_correction_gives_the_dense_text_whatever_the_sparsity_period_and_tree(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name)).ToModel();
        var dense = Dense(model, Greedy);
        foreach (var (mode, keep, period, tree) in ((string, double, int, int)[])[("coarse", 0.5, 16, 1), ("fine", 0.3, 5, 1), ("random", 0.1, 2, 1), ("coarse", 0.3, 8, 3), ("fine", 0.6, 12, 4)])
        {
            var result = Run(model, new ContextualOptions { Mode = mode, Keep = keep, Correction = new SiriusOptions { Strict = true, Period = period, TreeWidth = tree } }, Greedy);
            Assert.Equal(dense.Tokens, result.Generation.Tokens);
            Assert.Equal((dense.Text, dense.Reason), (result.Generation.Text, result.Generation.Reason));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void All_neurons_give_the_dense_text_and_full_stretches(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name)).ToModel();
        var settings = Greedy with { MaximumTokens = 49 };
        foreach (var (mode, tree) in ((string, int)[])[("coarse", 1), ("fine", 1), ("coarse", 4)])
        {
            var options = new ContextualOptions { Mode = mode, Keep = 1, Correction = new SiriusOptions { Threshold = 0, TreeWidth = tree } };
            var result = Run(model, options, settings);
            if (tree == 1)
                Assert.Equal(Dense(model, settings).Tokens, result.Generation.Tokens);
            Assert.Equal(16, result.Contextual.AcceptedLength);
            Assert.Equal((3, 45, 0), (result.Contextual.Checks, result.Contextual.SparsePasses, result.Contextual.Corrections));
            Assert.Equal(1, result.Contextual.EffectiveDensity, 12);
            // With a threshold a flat distribution rejects even the likeliest token, which the correction then restores.
            var tested = Run(model, options with { Correction = options.Correction with { Threshold = 0.1, TreeWidth = 1 } }, settings);
            Assert.Equal(Dense(model, settings).Tokens, tested.Generation.Tokens);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_threshold_above_one_keeps_no_draft_and_gives_the_dense_text(int tree)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama3")).ToModel();
        var result = Run(model, new ContextualOptions { Correction = new SiriusOptions { Threshold = 1.01, TreeWidth = tree } }, Greedy);
        Assert.Equal(Dense(model, Greedy).Tokens, result.Generation.Tokens);
        Assert.Equal(1, result.Contextual.AcceptedLength);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(1, false)]
    public void After_each_check_the_cache_is_that_of_a_dense_pass_over_the_kept_tokens_unless_it_is_not_rewritten(int tree, bool rewrites)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2")).ToModel();
        var options = new SiriusOptions { Threshold = 0.02, Period = 6, TreeWidth = tree, RewritesCache = rewrites };
        var rules = new DraftRules(options, Greedy, [], Tokenizer, 61);
        var session = model.CreateSession(100);
        session.Read(Prompt);
        var path = new RandomMode().Prepare(new ContextualRequest(model, 0.5, 3, null));
        IDrafter drafter = tree == 1 ? new ChainDrafter(session, path, rules) : new TreeDrafter(session, path, rules);
        var (next, kept, largest) = (rules.Choose(session.Logits), new List<int>(Prompt), 0.0);
        for (var i = 0; i < 8; i++)
        {
            var stretch = drafter.Run(next, 6, TestContext.Current.CancellationToken);
            kept.AddRange([next, .. stretch.Accepted]);
            Assert.Equal(kept, session.Tokens.ToArray());
            largest = Math.Max(largest, Distance(session.Cache, DenseCache(model, kept)));
            next = stretch.Next;
        }
        if (rewrites)
            Assert.InRange(largest, 0, 1e-5);
        else
            Assert.True(largest > 1e-2, "the sparse model's keys and values stay");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Whatever_is_accepted_lengths_positions_and_counts_agree(int tree)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("qwen3")).ToModel();
        for (var seed = 1UL; seed <= 6; seed++)
        {
            var settings = Greedy with { MaximumTokens = 30 + (int)seed };
            var options = new SiriusOptions { Strict = true, Period = 2 + (int)seed, TreeWidth = tree };
            var rules = new DraftRules(options, settings, [], Tokenizer, 61);
            var session = model.CreateSession(120);
            session.Read(Prompt);
            var path = new NoisyPath(model, seed);
            IDrafter drafter = tree == 1 ? new ChainDrafter(session, path, rules) : new TreeDrafter(session, path, rules);
            var (next, kept, lengths) = (rules.Choose(session.Logits), new List<int>(), new HashSet<int>());
            while (kept.Count < settings.MaximumTokens)
            {
                var limit = Math.Min(options.Period, settings.MaximumTokens - kept.Count);
                var stretch = drafter.Run(next, limit, TestContext.Current.CancellationToken);
                kept.AddRange([next, .. stretch.Accepted]);
                lengths.Add(stretch.Accepted.Count);
                Assert.Equal(limit - 1, stretch.Accepted.Count + stretch.RollBack);
                Assert.Equal(Prompt.Length + kept.Count, session.Length);
                next = stretch.Next;
            }
            Assert.Equal(Dense(model, settings).Tokens, kept);
            Assert.True(lengths.Count > 1, "stretches of several lengths");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void End_tokens_stop_strings_and_limits_end_the_text_where_dense_decoding_ends_it(int tree)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("smollm")).ToModel();
        var all = Dense(model, Greedy);
        var options = new ContextualOptions { Keep = 0.5, Correction = new SiriusOptions { Strict = true, TreeWidth = tree } };
        GenerationSettings[] cases =
        [
            Greedy with { IgnoresEndTokens = false, EndTokens = [all.Tokens[9]] }, Greedy with { IgnoresEndTokens = false, EndTokens = [all.Tokens[0]] },
            Greedy with { StopStrings = [$" {all.Tokens[6]} {all.Tokens[7]} "] }, Greedy with { StopStrings = [$"{all.Tokens[0]} "] },
            Greedy with { MaximumTokens = 0 }, Greedy with { MaximumTokens = 1 }, Greedy with { MaximumTokens = 17 },
        ];
        foreach (var settings in cases)
        {
            var pieces = "";
            var (dense, sirius) = (Dense(model, settings), Run(model, options, settings, text => pieces += text).Generation);
            Assert.Equal((dense.Reason, dense.Text), (sirius.Reason, sirius.Text));
            Assert.Equal(dense.Tokens, sirius.Tokens);
            Assert.Equal(sirius.Text, pieces);
        }
        var session = model.CreateSession(20);
        var full = new ContextualGenerator(model, Tokenizer, options).Generate(session, Prompt, Greedy).Generation;
        Assert.Equal((FinishReason.ContextFull, 13), (full.Reason, full.Tokens.Count));
        Assert.Equal(all.Tokens.Take(13), full.Tokens);
    }

    [Fact]
    public void The_byte_meter_agrees_with_the_effective_density()
    {
        var configuration = Architectures.Get("llama3") with { Width = 96, FeedForwardWidth = 768, HeadCount = 12, HeadWidth = 8, VocabularySize = 61 };
        var model = InMemoryCheckpoint.Random(configuration).ToModel();
        foreach (var mode in (string[])["coarse", "fine"])
        {
            foreach (var correction in (SiriusOptions?[])[null, new SiriusOptions(), new SiriusOptions { TreeWidth = 3 }, new SiriusOptions { RewritesCache = false }])
            {
                var statistics = Run(model, new ContextualOptions { Mode = mode, Keep = 0.4, Correction = correction }, Greedy).Contextual;
                Assert.InRange(statistics.MeteredDensity / statistics.EffectiveDensity, 0.98, 1.02);
                Assert.InRange(statistics.SparseShare, 0.3, 0.9);
            }
        }
    }

    [Fact]
    public void Uncorrected_text_is_what_the_sparse_model_alone_decodes()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("tinyllama")).ToModel();
        var result = Run(model, new ContextualOptions { Mode = "fine", Keep = 0.3 }, Greedy);
        var session = model.CreateSession(100);
        session.Read(Prompt);
        session.FeedForward = new TokenFeedForward(model, 0.3);
        var expected = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            expected.Add(TensorPrimitives.IndexOfMax<float>(session.Logits));
            session.Read([expected[^1]]);
        }
        Assert.Equal(expected, result.Generation.Tokens);
        Assert.Equal((39, 0, 39), (result.Contextual.SparsePasses, result.Contextual.Checks, result.Contextual.Kept));
        Assert.Equal(result.Contextual.SparseShare, result.Contextual.EffectiveDensity, 12);
    }

    [Fact]
    public void A_generator_gives_the_same_text_again_and_after_another_one()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("gpt2")).ToModel();
        foreach (var mode in ContextualModes.All)
        {
            var generator = new ContextualGenerator(model, Tokenizer, new ContextualOptions { Mode = mode.Name, Correction = new SiriusOptions { Period = 7 } });
            var session = model.CreateSession(100);
            var first = generator.Generate(session, Prompt, Greedy);
            generator.Generate(session, [0, 3, 4], Greedy);
            Assert.Equal(first.Generation.Tokens, generator.Generate(session, Prompt, Greedy).Generation.Tokens);
        }
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused_in_a_line()
    {
        (ContextualOptions Options, string Words)[] faults =
        [
            (new() { Keep = 0 }, "kept share"), (new() { Keep = 1.5 }, "kept share"), (new() { Keep = double.NaN }, "kept share"), (new() { Mode = "fin" }, "did you mean 'fine'"),
            (new() { Correction = new() { Period = 1 } }, "period"), (new() { Correction = new() { Threshold = -1 } }, "threshold"), (new() { Correction = new() { Temperature = 0 } }, "temperature"),
            (new() { Correction = new() { TreeWidth = 0 } }, "tree width"), (new() { Correction = new() { TreeWidth = 2, RewritesCache = false } }, "tree width must be 1"),
        ];
        foreach (var (options, words) in faults)
            Assert.Contains(words, Assert.Throws<InvalidSettingException>(options.Validate).Message, StringComparison.Ordinal);
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2")).ToModel();
        foreach (var settings in (GenerationSettings[])[Greedy with { Temperature = 0.5 }, Greedy with { RepetitionPenalty = 1.1 }])
            Assert.Contains("greedy only", Assert.Throws<InvalidSettingException>(() => Run(model, new ContextualOptions(), settings)).Message, StringComparison.Ordinal);
    }

    private static GenerationResult Dense(TransformerModel model, GenerationSettings settings) => new TextGenerator(model, Tokenizer).Generate(model.CreateSession(100), Prompt, settings);

    private static ContextualResult Run(TransformerModel model, ContextualOptions options, GenerationSettings settings, Action<string>? onText = null) =>
        new ContextualGenerator(model, Tokenizer, options).Generate(model.CreateSession(100), Prompt, settings, onText);

    private static KeyValueCache DenseCache(TransformerModel model, List<int> tokens)
    {
        var session = model.CreateSession(100);
        session.Read([.. tokens]);
        return session.Cache;
    }

    private static unsafe double Distance(KeyValueCache left, KeyValueCache right)
    {
        Assert.Equal(left.Length, right.Length);
        var largest = 0.0;
        for (var block = 0; block < 3; block++)
        {
            var (a, b) = (left.Source(block), right.Source(block));
            for (var position = 0; position < left.Length; position++)
            {
                for (var head = 0; head < 2; head++)
                {
                    for (var i = 0; i < 8; i++)
                    {
                        largest = Math.Max(largest, Math.Abs(a.Keys(0, head, position, 1, null)[i] - b.Keys(0, head, position, 1, null)[i]));
                        largest = Math.Max(largest, Math.Abs(a.Values(0, head, position, 1, null)[i] - b.Values(0, head, position, 1, null)[i]));
                    }
                }
            }
        }
        GC.KeepAlive(left);
        GC.KeepAlive(right);
        return largest;
    }

    /// <summary>The dense layers, spoiled at random in some calls: drafts that are right for lengths that nobody knows.</summary>
    private sealed class NoisyPath(TransformerModel model, ulong seed) : IFeedForwardPath
    {
        private readonly RandomStream _chance = new(seed, "noise");
        private readonly IFeedForwardPath _dense = new RandomMode().Prepare(new ContextualRequest(model, 1, 1, null));

        public long Apply(int block, MatrixView<float> states)
        {
            var read = _dense.Apply(block, states);
            if (block == 0 && _chance.NextDouble() < 0.3)
                for (var row = 0; row < states.Rows; row++)
                    foreach (ref var value in states.Row(row))
                        value += (float)_chance.NextNormal() * 3;
            return read;
        }
    }
}
