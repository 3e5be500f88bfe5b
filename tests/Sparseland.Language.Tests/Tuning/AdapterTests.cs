using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Tuning;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Tuning;

public class AdapterTests
{
    private static readonly Shape Matrix = new(14, 10);

    [Theory]
    [InlineData("s2ft:o=0.5,d=0.2,v=0.5,u=0.1")]
    [InlineData("lora:rank=3,projections=all")]
    public void Fused_in_it_gives_the_trained_network_and_taken_out_the_model_again(string method)
    {
        using var fixture = new TuningFixture("qwen3");
        var prepared = fixture.Train(method);
        var adapter = prepared.Extract("base")!;
        var fused = AdaptedCheckpoint.Of(fixture.Model, [adapter]);
        TuningFixture.AssertNear(fixture.Logits(prepared.Network), fixture.Logits(fused), 1e-5);
        var unfused = AdaptedCheckpoint.Of(fused, [(adapter, -1f)]);
        foreach (var (name, numbers) in TuningFixture.Numbers(fixture.Model))
            TuningFixture.AssertNear(numbers, unfused.LoadTensor(name).Span.ToArray(), 1e-6);
    }

    [Fact]
    public void A_file_gives_back_what_was_written_and_equal_adapters_equal_bytes()
    {
        using var fixture = new TuningFixture();
        var adapter = Adapter.Combine([fixture.Train("s2ft:o=0.5,d=0.2,v=0.5").Extract("hash")!, fixture.Train("lora:rank=2").Extract("hash")!]);
        adapter.Save(fixture.At("a.safetensors"));
        var read = Adapter.Load(fixture.At("a.safetensors"));
        Assert.Equal(("hash", "s2ft+lora", adapter.Hash), (read.BaseHash, read.Method, read.Hash));
        read.Save(fixture.At("b.safetensors"));
        Assert.Equal(File.ReadAllBytes(fixture.At("a.safetensors")), File.ReadAllBytes(fixture.At("b.safetensors")));
    }

    [Fact]
    public void Disjoint_adapters_combine_in_any_order_and_do_not_disturb_each_other()
    {
        var a = Of(TuningFixture.Slice("w", Matrix, SliceKind.Columns, [1, 4, 9], "a"));
        var b = Of(TuningFixture.Slice("w", Matrix, SliceKind.Columns, [0, 5], "b"));
        Assert.Null(Adapter.FindOverlap(a, b));
        var (ab, ba) = (Adapter.Combine([a, b], exclusive: true), Adapter.Combine([b, a], exclusive: true));
        Assert.Equal(ab.Hash, ba.Hash);
        Assert.Equal(Applied(a, b), Applied(b, a));
        Assert.Equal(Applied(a, b), Applied(ab));
    }

    [Fact]
    public void Where_adapters_meet_the_changes_add_up_or_are_refused_with_the_indices()
    {
        var a = Of(TuningFixture.Slice("w", Matrix, SliceKind.Rows, [1, 4, 9], "a"));
        var b = Of(TuningFixture.Slice("w", Matrix, SliceKind.Rows, [4, 5, 9], "b"));
        TuningFixture.AssertNear(Applied(a, b), Applied(Adapter.Combine([a, b])), 1e-6);
        var fault = Assert.Throws<MismatchException>(() => Adapter.Combine([a, b], exclusive: true));
        Assert.Contains("w (rows 4, 9)", fault.Message, StringComparison.Ordinal);
        // Rows and columns always cross.
        Assert.NotNull(Adapter.FindOverlap(a, Of(TuningFixture.Slice("w", Matrix, SliceKind.Columns, [0]))));
        Assert.Null(Adapter.FindOverlap(a, Of(TuningFixture.Slice("other", Matrix, SliceKind.Rows, [1]))));
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        using var fixture = new TuningFixture();
        using var model = fixture.OnDisk();
        var fused = FusedAdapters.Of(model);
        var shape = fixture.Model.Values[TensorNames.Weight(0, "mlp.down_proj")].Shape;
        var mine = new Adapter("s2ft", ModelHash.Of(model), [TuningFixture.Slice(TensorNames.Weight(0, "mlp.down_proj"), shape, SliceKind.Columns, [2])]);
        var other = new Adapter("s2ft", "feedfeedfeedfeed", mine.Parts);
        Assert.Contains("feedfeedfeed", Assert.Throws<MismatchException>(() => fused.With(other)).Message, StringComparison.Ordinal);
        Assert.Throws<MismatchException>(() => fused.Without(mine));
        Assert.Throws<MismatchException>(() => fused.With(mine).With(mine));
        Assert.Empty(fused.With(mine).Without(mine).Hashes);
        Assert.Throws<MismatchException>(() => Adapter.Combine([mine, other]));
        Assert.Throws<MismatchException>(() => AdaptedCheckpoint.Of(model, [Of(TuningFixture.Slice("w", Matrix, SliceKind.Rows, [1]))]));
    }

    [Fact]
    public void A_batch_gives_every_user_the_product_of_his_own_model()
    {
        const int rows = 12;
        Adapter?[] users =
        [
            Of(TuningFixture.Slice("w", Matrix, SliceKind.Columns, [1, 4, 9], "a")), null, Of(TuningFixture.Slice("w", Matrix, SliceKind.Rows, [0, 13], "b")),
            Of(new LowRankPart("w", Random(new Shape(2, Matrix[1])), Random(new Shape(Matrix[0], 2)))),
            Adapter.Combine([Of(TuningFixture.Slice("w", Matrix, SliceKind.Rows, [3], "c")), Of(TuningFixture.Slice("w", Matrix, SliceKind.Columns, [0, 7], "d"))]),
        ];
        var (weights, input, output) = (Random(Matrix), Random(new Shape(rows, Matrix[1])), new Tensor<float>(new Shape(rows, Matrix[0])));
        var userOf = Enumerable.Range(0, rows).Select(row => row * 3 % users.Length).ToArray();
        Gemm.Multiply(input.Matrix, false, weights.Matrix, true, output.Matrix);
        new AdapterBatch(users).Apply("w", input.Matrix, userOf, output.Matrix);
        for (var row = 0; row < rows; row++)
        {
            var own = weights.Copy();
            foreach (var part in users[userOf[row]]?.Parts ?? [])
                part.AddTo(own.Matrix);
            var expected = new float[Matrix[0]];
            Gemv.Multiply(own.Matrix, input.Matrix.Row(row), expected);
            TuningFixture.AssertNear(expected, output.Matrix.Row(row).ToArray(), 1e-5);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdapterBatch(users).Apply("w", input.Matrix, new int[rows].Select(_ => 5).ToArray(), output.Matrix));
        Assert.Throws<MismatchException>(() => new AdapterBatch([users[0], new Adapter("s2ft", "another", users[0]!.Parts)]));
    }

    [Fact]
    public void Damaged_files_are_refused_with_one_line()
    {
        using var fixture = new TuningFixture();
        Of(TuningFixture.Slice("w", Matrix, SliceKind.Rows, [1, 4])).Save(fixture.At("a.safetensors"));
        var bytes = File.ReadAllBytes(fixture.At("a.safetensors"));
        for (var length = 0; length < bytes.Length; length += 37)
        {
            File.WriteAllBytes(fixture.At("cut.safetensors"), bytes[..length]);
            Assert.ThrowsAny<SparselandException>(() => Adapter.Load(fixture.At("cut.safetensors")));
        }
        // An index beyond the matrix.
        var place = bytes.AsSpan().IndexOf((byte[])[1, 0, 0, 0, 4, 0, 0, 0]);
        bytes[place + 4] = 200;
        File.WriteAllBytes(fixture.At("wrong.safetensors"), bytes);
        Assert.Contains("200", Assert.Throws<InvalidFileException>(() => Adapter.Load(fixture.At("wrong.safetensors"))).Message, StringComparison.Ordinal);
        using var model = fixture.OnDisk();
        Assert.Contains("no adapter", Assert.Throws<InvalidFileException>(() => Adapter.Load(Path.Combine(model.Path, "model.safetensors"))).Message, StringComparison.Ordinal);
    }

    private static Adapter Of(AdapterPart part) => new("s2ft", "base", [part]);

    private static float[] Applied(params Adapter[] adapters)
    {
        var matrix = new Tensor<float>(Matrix);
        foreach (var part in adapters.SelectMany(adapter => adapter.Parts))
            part.AddTo(matrix.Matrix);
        return matrix.Span.ToArray();
    }

    private static Tensor<float> Random(Shape shape)
    {
        var tensor = new Tensor<float>(shape);
        new RandomStream(6, shape.ToString()).FillNormal(tensor.Span);
        return tensor;
    }
}
