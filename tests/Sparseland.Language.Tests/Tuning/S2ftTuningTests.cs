using Sparseland.Autograd;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Language.Training;
using Sparseland.Language.Tuning;
using Sparseland.Learning.Optimisers;

namespace Sparseland.Language.Tests.Tuning;

public class S2ftTuningTests
{
    private const string Some = "s2ft:o=0.5,d=0.2,v=0.5,u=0.1";

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void On_every_architecture_the_slices_change_and_nothing_else_does(string architecture)
    {
        using var fixture = new TuningFixture(architecture);
        var prepared = fixture.Train(Some);
        var adapter = prepared.Extract("base");
        Assert.NotNull(adapter);
        Assert.Equal(prepared.TrainedCount, adapter.ParameterCount);
        var (before, after) = (fixture.Model, prepared.ToCheckpoint(fixture.Model));
        foreach (var tensor in before.Tensors)
        {
            var (old, now) = (before.LoadTensor(tensor.Name).Matrix, after.LoadTensor(tensor.Name).Matrix);
            var parts = adapter.Parts.Where(part => part.Name == tensor.Name).Cast<SlicePart>().ToArray();
            var changed = 0;
            for (var row = 0; row < old.Rows; row++)
            {
                for (var column = 0; column < old.Columns; column++)
                {
                    if (parts.Any(part => part.Indices.Contains(part.Slice == SliceKind.Rows ? row : column)))
                        changed += old[row, column] != now[row, column] ? 1 : 0;
                    else
                        Assert.Equal(BitConverter.SingleToInt32Bits(old[row, column]), BitConverter.SingleToInt32Bits(now[row, column]));
                }
            }
            Assert.Equal(parts.Length > 0, changed > 0);
        }
        // The renumbered network that was trained and the model in the old numbering are the same function.
        TuningFixture.AssertNear(fixture.Logits(prepared.Network), fixture.Logits(after), 1e-5);
    }

    [Fact]
    public void With_all_ratios_one_it_is_full_fine_tuning_of_those_matrices()
    {
        using var fixture = new TuningFixture();
        var settings = TuningFixture.Settings("s2ft:o=1,d=1,v=1,u=1", steps: 6);
        var tuned = FineTuner.Prepare(fixture.Model, settings, fixture.Data);
        FineTuner.Train(tuned, settings, fixture.Data);
        var whole = new WholeMatrices(TransformerNetwork<float>.Load(fixture.Model));
        FineTuner.Train(whole, settings, fixture.Data);
        foreach (var parameter in whole.Network.Parameters)
            TuningFixture.AssertNear(parameter.Value.Span.ToArray(), tuned.Network[parameter.Name].Value.Span.ToArray(), 1e-6);
    }

    [Fact]
    public void Optimiser_and_gradients_have_the_size_of_the_slices()
    {
        using var fixture = new TuningFixture();
        var prepared = FineTuner.Prepare(fixture.Model, TuningFixture.Settings(Some), fixture.Data);
        var report = FineTuner.Train(prepared, TuningFixture.Settings(Some), fixture.Data);
        var c = fixture.Model.Configuration;
        // Two key heads of eight in three blocks are six; half of them, with two query heads each. 44 neurons in three blocks are 132.
        var expected = (3 * 2 * 8 * c.Width) + (26 * c.Width) + (3 * 8 * c.Width) + (13 * c.Width);
        Assert.Equal(expected, report.TrainedParameters);
        Assert.Equal(expected * 4, report.GradientBytes);
        Assert.Equal(expected * 8, report.OptimiserBytes);
    }

    [Fact]
    public void Columns_of_one_block_keep_tokens_times_columns_and_what_passes_gradients_on()
    {
        using var fixture = new TuningFixture();
        var network = TransformerNetwork<float>.Load(fixture.Model);
        foreach (var parameter in network.Parameters)
            parameter.Trainable = false;
        // The last block's down projection: after it come a sum, which keeps nothing, the last norm, which keeps its input and a number per row, and the loss.
        var down = network[TensorNames.Weight(2, "mlp.down_proj")];
        down.Trainable = true;
        var (whole, slice) = (Saved(network), 0L);
        down.Slice = new ParameterSlice(SliceKind.Columns, 0, 5);
        slice = Saved(network);
        Assert.Equal(TuningFixture.Length * (44 - 5) * sizeof(float), whole - slice);

        long Saved(TransformerNetwork<float> trained)
        {
            var tape = new Tape<float>();
            trained.Hidden(tape, fixture.Data.Sequences[0].Ids.AsSpan(0, TuningFixture.Length), 1, TuningFixture.Length);
            return tape.SavedBytes;
        }
    }

    [Fact]
    public void Selection_over_the_whole_model_takes_the_exact_number_and_even_the_same_of_every_layer()
    {
        using var fixture = new TuningFixture("llama1");
        var random = Choose(fixture, "s2ft:o=0.25,d=0.1,u=0.05");
        Assert.Equal(3, random.Sum(one => one.Set.Consumer.Projection == "self_attn.o_proj" ? one.Consumer.Count : 0));
        Assert.Equal(13, random.Sum(one => one.Set.Consumer.Projection == "mlp.down_proj" ? one.Consumer.Count : 0));
        Assert.Equal(6, random.Sum(one => one.Producer.Count));
        Assert.NotEqual(random.Select(one => string.Join(',', one.Consumer)), Choose(fixture, "s2ft:o=0.25,d=0.1,u=0.05", seed: 2).Select(one => string.Join(',', one.Consumer)));
        Assert.All(Choose(fixture, "s2ft:o=0.25,d=0.1,layers=even"), one => Assert.Equal(one.Set.Count / 4 is 1 ? 1 : 4, one.Consumer.Count));
    }

    [Theory]
    [InlineData("largest-weight", true)]
    [InlineData("largest-activation", true)]
    [InlineData("largest-product", true)]
    [InlineData("smallest-weight", false)]
    [InlineData("smallest-activation", false)]
    [InlineData("smallest-product", false)]
    [InlineData("smallest-gradient", false)]
    public void A_neuron_that_is_planted_is_found(string selection, bool large)
    {
        using var fixture = new TuningFixture();
        const int neuron = 17;
        // Large in every respect, or idle: a factor on its row of up scales what flows through it, one on its column of down the weight.
        var (up, down) = (fixture.Model.Values[TensorNames.Weight(1, "mlp.up_proj")].Matrix, fixture.Model.Values[TensorNames.Weight(1, "mlp.down_proj")].Matrix);
        TensorPrimitives.Multiply(up.Row(neuron), large ? 30 : 1e-3f, up.Row(neuron));
        for (var row = 0; row < down.Rows; row++)
            down[row, neuron] *= large ? 30 : 1e-3f;
        var trained = Choose(fixture, $"s2ft:d=0.01,select={selection}").Where(one => one.Consumer.Count > 0).ToArray();
        Assert.Equal([neuron], Assert.Single(trained).Consumer);
        Assert.Equal(1, trained[0].Set.Block);
    }

    [Fact]
    public void A_head_with_grouped_queries_is_trained_with_all_its_queries()
    {
        using var fixture = new TuningFixture("tinyllama");
        var prepared = FineTuner.Prepare(fixture.Model, TuningFixture.Settings("s2ft:o=0.2,v=0.2"), null);
        Assert.Equal(4 * 4, Assert.Single(prepared.Parameters, parameter => parameter.Name.Contains("o_proj", StringComparison.Ordinal)).Slice!.Value.Count);
        Assert.Equal(4, Assert.Single(prepared.Parameters, parameter => parameter.Name.Contains("v_proj", StringComparison.Ordinal)).Slice!.Value.Count);
    }

    [Fact]
    public void Settings_that_train_nothing_are_refused_with_the_reason()
    {
        using var fixture = new TuningFixture();
        Assert.Contains("all zero", Refusal("s2ft:o=0,d=0"), StringComparison.Ordinal);
        Assert.Contains("less than one of 6 heads and 132 neurons", Refusal("s2ft:o=0.01,d=0.001"), StringComparison.Ordinal);
        Assert.Contains("from 0 to 1", Refusal("s2ft:o=1.2"), StringComparison.Ordinal);
        Assert.Contains("tuning data", Refusal("s2ft:d=0.1,select=smallest-activation"), StringComparison.Ordinal);
        Assert.Contains("tuning data", Refusal("s2ft:d=0.1,select=largest-gradient"), StringComparison.Ordinal);

        string Refusal(string method) => Assert.Throws<InvalidSettingException>(() => FineTuner.Prepare(fixture.Model, TuningFixture.Settings(method), null)).Message;
    }

    private static IReadOnlyList<TrainedStructures> Choose(TuningFixture fixture, string method, ulong seed = 1) =>
        new S2ftTuning(new Recipes.MethodOptions(Recipes.MethodChoice.Parse(method))).Choose(new TuningProblem(fixture.Model, TransformerNetwork<float>.Load(fixture.Model), fixture.Data, seed));

    private sealed class WholeMatrices(TransformerNetwork<float> network) : PreparedTuning(network, [.. network.Parameters.Where(parameter =>
        parameter.Value.Shape.Rank == 2 && new[] { "v_proj", "o_proj", "up_proj", "down_proj" }.Any(part => parameter.Name.Contains(part, StringComparison.Ordinal)))])
    {
        public override Adapter? Extract(string baseHash) => null;
    }
}
