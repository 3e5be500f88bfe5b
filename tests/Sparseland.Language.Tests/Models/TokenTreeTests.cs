using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Models;

public class TokenTreeTests
{
    private static readonly int[] Prompt = TransformerModelTests.Tokens(70, 61);

    public static TheoryData<string> Names => Architectures.Names;

    [Theory, MemberData(nameof(Names))]
    public void One_pass_over_a_tree_gives_what_reading_each_of_its_paths_gives(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name)).ToModel();
        var session = model.CreateSession(100);
        session.Read(Prompt);
        var tree = RandomTree(model, 14, 5);
        var logits = new Tensor<float>(new Shape(14, 61));
        session.ReadTree(tree, 0, logits.Matrix, TestContext.Current.CancellationToken);
        Assert.Equal(Prompt, session.Tokens.ToArray());
        for (var node = 0; node < tree.Count; node++)
            TransformerModelTests.AssertClose(Alone(session, tree, node), logits.Matrix.Row(node), 1e-5);
    }

    [Fact]
    public void Reading_level_by_level_gives_the_same_as_all_at_once()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("mistral")).ToModel();
        var session = model.CreateSession(100);
        session.Read(Prompt.AsSpan(0, 9));
        var tree = new TokenTree(model.Configuration, 7);
        foreach (var (token, parent) in ((int, int)[])[(5, -1), (6, 0), (7, 0), (8, 1), (9, 1), (10, 2), (11, 2)])
            tree.Add(token, parent);
        var (together, apart) = (new Tensor<float>(new Shape(7, 61)), new Tensor<float>(new Shape(7, 61)));
        session.ReadTree(tree, 0, together.Matrix);
        foreach (var (first, count) in ((int, int)[])[(0, 1), (1, 2), (3, 4)])
            session.ReadTree(tree, first, apart.Matrix.SliceRows(first, count));
        TransformerModelTests.AssertClose([.. together.Span.ToArray().Select(logit => (double)logit)], apart.Span, 1e-5);
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public void A_path_that_is_kept_continues_the_text_as_if_it_had_been_read(ElementType cache)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("uneven qwen3")).ToModel();
        var session = model.CreateSession(100, cache);
        session.Read(Prompt);
        var tree = RandomTree(model, 12, 6);
        session.ReadTree(tree, 0, new Tensor<float>(new Shape(12, 61)).Matrix);
        var path = tree.Path(11);
        var read = session.Fork();
        session.Keep(tree, path);
        foreach (var node in path)
            read.Read(tree.Tokens.Slice(node, 1));
        Assert.Equal(read.Tokens.ToArray(), session.Tokens.ToArray());
        TransformerModelTests.AssertClose([.. read.Read([17]).ToArray().Select(logit => (double)logit)], session.Read([17]), cache == ElementType.Float32 ? 1e-5 : 2e-2);
    }

    [Fact]
    public void Paths_and_depths_follow_the_parents_and_wrong_ones_are_refused()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2")).ToModel();
        var tree = new TokenTree(model.Configuration, 3);
        Assert.Equal((0, 1, 2), (tree.Add(4, -1), tree.Add(5, 0), tree.Add(6, 0)));
        Assert.Equal((0, 1, 1), (tree.Depth(0), tree.Depth(1), tree.Depth(2)));
        Assert.Equal([0, 2], tree.Path(2));
        Assert.Throws<InvalidOperationException>(() => tree.Add(7, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Parent(3));
        var session = model.CreateSession(10);
        session.Read([1]);
        Assert.Throws<ArgumentException>(() => session.Keep(tree, [0, 1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.ReadTree(tree, 2, new Tensor<float>(new Shape(2, 61)).Matrix));
        tree.Clear();
        Assert.Equal(0, tree.Count);
    }

    private static double[] Alone(InferenceSession session, TokenTree tree, int node)
    {
        var fork = session.Fork();
        foreach (var step in tree.Path(node))
            fork.Read(tree.Tokens.Slice(step, 1));
        return [.. fork.Logits.ToArray().Select(logit => (double)logit)];
    }

    private static TokenTree RandomTree(TransformerModel model, int nodes, ulong seed)
    {
        var chance = new RandomStream(seed, "tree");
        var tree = new TokenTree(model.Configuration, nodes);
        for (var node = 0; node < nodes; node++)
            tree.Add(chance.NextInt(61), chance.NextInt(node + 1) - 1);
        return tree;
    }
}
