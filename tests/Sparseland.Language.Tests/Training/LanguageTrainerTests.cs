using Sparseland.Autograd;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;
using Sparseland.Language.Training;
using Sparseland.Learning.Schedules;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Training;

public sealed class LanguageTrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-train").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_of_two_legs_that_was_stopped_in_between_ends_in_the_same_bytes()
    {
        var whole = Path.Combine(_folder, "whole");
        var outcome = new LanguageTrainer(Recipe()).Train(whole, 2);
        Assert.Equal(2, outcome.LegsDone);
        Assert.True(outcome.Figures["perplexity"] > outcome.Figures["bound"]);

        var parts = Path.Combine(_folder, "parts");
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new LanguageTrainer(Recipe()).Train(parts, 2, new CancelAfter(source, 4), source.Token));
        new LanguageTrainer(Recipe()).Train(parts, 1);
        new LanguageTrainer(Recipe()).Train(parts, 2);
        foreach (var file in new[] { "model.safetensors", "config.json", "tokenizer.json", "training.json", "README.md" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(parts, file)));
    }

    [Fact]
    public void What_a_recipe_leaves_out_has_its_default()
    {
        var file = Path.Combine(_folder, "recipe.json");
        File.WriteAllText(file, """
            { "name": "small", "seed": 3, "model": { "width": 16, "feedForwardWidth": 32, "blockCount": 1, "headCount": 2, "keyValueHeadCount": 2, "headWidth": 8, "contextLength": 64 },
              "tokenizer": { "vocabularySize": 300 }, "stories": {},
              "legs": [ { "schedule": { "peak": 0.001, "steps": 5 }, "optimiser": "Muon", "stories": { "questionRate": 1, "shares": { "key": 3 } } } ] }
            """);
        var recipe = TrainingRecipe.Read(file);
        Assert.Equal(new StoryOptions(QuestionRate: 1) { Shares = new StoryQuestionShares(Key: 3) }, recipe.Legs[0].Stories);
        Assert.Equal(new StoryRecipe(), recipe.Stories);
        Assert.Equal(recipe.ToJson(), WriteAndRead(recipe).ToJson());
    }

    private TrainingRecipe WriteAndRead(TrainingRecipe recipe)
    {
        var file = Path.Combine(_folder, "again.json");
        File.WriteAllText(file, recipe.ToJson());
        return TrainingRecipe.Read(file);
    }

    [Fact]
    public void Inference_computes_what_training_computes()
    {
        var folder = Path.Combine(_folder, "model");
        new LanguageTrainer(Recipe()).Train(folder, 1);
        using var checkpoint = Checkpoint.Open(folder);
        var network = TransformerNetwork<float>.Load(checkpoint);
        int[] ids = [0, 5, 17, 200, 31, 8, 9, 300, 2];
        var expected = network.Logits(new Tape<float>(), ids, 1, ids.Length).Value;
        var model = TransformerModel.Load(checkpoint);
        var logits = new Tensor<float>(new Shape(ids.Length, model.Configuration.VocabularySize));
        model.CreateSession(ids.Length).ReadAll(ids, logits.Matrix);
        for (var i = 0; i < logits.Length; i++)
            Assert.Equal(expected.Span[i], logits.Span[i], 2e-4);
    }

    [Fact]
    public void Queries_begin_as_keys_and_outputs_as_transposed_values()
    {
        var network = TransformerNetwork<double>.Create(Recipe().Configuration(400, 0, 1), 3);
        var c = network.Configuration;
        var group = c.HeadCount / c.KeyValueHeadCount;
        var (q, k) = (network["model.layers.1.self_attn.q_proj.weight"].Value.Matrix, network["model.layers.1.self_attn.k_proj.weight"].Value.Matrix);
        var (v, o) = (network["model.layers.1.self_attn.v_proj.weight"].Value.Matrix, network["model.layers.1.self_attn.o_proj.weight"].Value.Matrix);
        for (var head = 0; head < c.HeadCount; head++)
            for (var i = 0; i < c.HeadWidth; i++)
                for (var column = 0; column < c.Width; column++)
                {
                    Assert.Equal(k[head / group * c.HeadWidth + i, column], q[head * c.HeadWidth + i, column]);
                    Assert.Equal(0.05 * v[head / group * c.HeadWidth + i, column], o[column, head * c.HeadWidth + i], 12);
                }
    }

    [Fact]
    public void Batch_n_is_the_same_wherever_one_starts_and_targets_are_the_next_ids()
    {
        // Odd ids belong to answers.
        static TokenSequence Sequence(long index)
        {
            int[] ids = [0, .. Enumerable.Range(0, 5 + (int)(index % 23)).Select(i => 2 + (int)((index * 7 + i) % 50)), 1];
            return new TokenSequence(ids, [.. ids.Select(id => id % 2 == 1)]);
        }
        StoryBatches Batches() => new(Sequence, context: 16, batchTokens: 64, packedShare: 0.4, seed: 9);
        var (ascending, jumping) = (Batches(), Batches());
        var last = jumping[400];
        for (var i = 0; i <= 400; i++)
        {
            var batch = ascending[i];
            Assert.True(batch.Count * batch.Length <= 64);
            for (var s = 0; s < batch.Count; s++)
                for (var t = 0; t + 1 < batch.Length; t++)
                    Assert.True(batch.Targets[s * batch.Length + t] is var target && (target is TokenBatch.Ignore or 1 || target == batch.Ids[s * batch.Length + t + 1]));
        }
        foreach (var (target, answer) in last.Targets.Zip(last.AnswerTargets))
            Assert.Equal(target >= 0 && target % 2 == 1 ? target : TokenBatch.Ignore, answer);
        Assert.Equal(ascending[400].Ids, last.Ids);
        Assert.Equal(ascending[3].Ids, jumping[3].Ids);
    }

    private static TrainingRecipe Recipe() => new()
    {
        Name = "tiny",
        Seed = 4,
        Model = new ModelShape(32, 48, 2, 4, 2, 8, 256),
        Tokenizer = new TokenizerRecipe(400, 60),
        Stories = new StoryRecipe(0.3, 6),
        Legs =
        [
            new TrainingLeg(new LearningRateSchedule(1e-3, 20, 2), BatchTokens: 512, StopAfter: 7, Optimiser: OptimiserKind.Muon, Stories: new StoryOptions(QuestionRate: 1)),
            new TrainingLeg(new LearningRateSchedule(5e-4, 3, 1, DecayKind.Linear), BatchTokens: 512, MicroBatches: 2, AnswerShare: 0.5),
        ],
    };

    private sealed class CancelAfter(CancellationTokenSource source, long step) : IProgress<Sparseland.Progress.ProgressReport>
    {
        public void Report(Sparseland.Progress.ProgressReport value)
        {
            if (value.Stage == "training" && value.Done >= step)
                source.Cancel();
        }
    }
}
