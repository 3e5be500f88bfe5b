using Sparseland.Benchmarks;
using Sparseland.Benchmarks.Speed;
using Sparseland.Benchmarks.Peers;
using Sparseland.Tensors;
using Sparseland.Threads;

if (args is ["training"])
{
    TrainingStep.Run(Console.Out);
    return;
}

unsafe
{
    var random = new Sparseland.Chance.RandomStream(1, "x");
    Console.WriteLine(OpenBlas.Description);
    var shapes = new List<(int m, int n, int k, bool ta, bool tb)>();
    foreach (var s in args.Where(a => a.Contains('x')))
    {
        var p = s.Split('x');
        shapes.Add((int.Parse(p[0]), int.Parse(p[1]), int.Parse(p[2]), p.Length > 3 && p[3].Contains('t'), p.Length > 3 && p[3].Contains('u')));
    }
    foreach (var threads in args.Contains("2") ? new[] { 1, 2 } : [1])
    {
        WorkerPool.ThreadCount = threads;
        OpenBlas.SetThreads(threads);
        foreach (var (m, n, k, ta, tb) in shapes)
        {
            var a = new Tensor<float>(new Shape(m, k));
            var b = new Tensor<float>(new Shape(k, n));
            var c = new Tensor<float>(new Shape(m, n));
            random.FillNormal(a.Span);
            random.FillNormal(b.Span);
            var am = ta ? a.Reshape(new Shape(k, m)) : a;
            var bm = tb ? b.Reshape(new Shape(n, k)) : b;
            var rivals = new List<Rival>
            {
                new("openblas", _ => OpenBlas.Multiply(m, n, k, a.Pointer, ta, b.Pointer, tb, c.Pointer)),
                new("ours", _ => Gemm.Multiply(am.Matrix, ta, bm.Matrix, tb, c.Matrix)),
            };
            var r = Rivals.Measure(rivals, threads, 9, 0.02);
            Console.WriteLine($"{threads}T {m}x{n}x{k} {(ta ? "t" : "")}{(tb ? "u" : "")}: " + string.Join("  ", r.Select(x => $"{x.Name} {2.0 * m * n * k / x.Seconds / 1e9:F1} GF/s (best {2.0 * m * n * k / x.BestSeconds / 1e9:F1}) ratio {x.Ratio:F2}")));
        }
    }
}
