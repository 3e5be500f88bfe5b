using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Contextual;

/// <summary>
/// One draft. The sparse model appends its keys and values to the cache; the check goes back to before the stretch and reads it with all neurons, which overwrites them. The last drafted token
/// has none before the check: a stretch of K tokens takes K - 1 sparse passes.
/// </summary>
internal sealed class ChainDrafter(InferenceSession session, IFeedForwardPath path, DraftRules rules) : IDrafter
{
    private readonly int[] _draft = new int[rules.Options.Period];
    private readonly Tensor<float> _logits = new(new Shape(rules.Options.Period, session.Model.Configuration.VocabularySize));

    public long OtherBytesRead { get; private set; }

    public Stretch Run(int first, int limit, CancellationToken cancellation)
    {
        var start = session.Length;
        var (count, passes) = Draft(first, limit, cancellation);
        var draft = _draft.AsSpan(0, count);
        var logits = _logits.Matrix.SliceRows(0, count);
        if (rules.Options.RewritesCache)
        {
            session.Truncate(start);
            session.ReadAll(draft, logits, cancellation);
        }
        else
        {
            CheckAside(start, draft, logits, cancellation);
        }
        var accepted = 0;
        while (accepted < count - 1 && rules.Accepts(logits.Row(accepted), draft[accepted + 1]))
            accepted++;
        if (session.Length > start + accepted + 1)
            session.Truncate(start + accepted + 1);
        else if (session.Length < start + accepted + 1)
            passes += ReadSparse(draft[^1], cancellation);
        return new(draft.Slice(1, accepted).ToArray(), rules.Choose(logits.Row(accepted)), passes, count - 1 - accepted);
    }

    private (int Count, int Passes) Draft(int first, int limit, CancellationToken cancellation)
    {
        _draft[0] = first;
        var (count, passes) = (1, 0);
        while (count < limit && !rules.MayStop(_draft.AsSpan(0, count)))
        {
            passes += ReadSparse(_draft[count - 1], cancellation);
            var token = rules.Choose(session.Logits);
            // Only the dense model may end the text: it is asked at once.
            if (rules.IsEnd(token))
                break;
            _draft[count++] = token;
        }
        return (count, passes);
    }

    private int ReadSparse(int token, CancellationToken cancellation)
    {
        session.FeedForward = path;
        try
        {
            session.Read(new ReadOnlySpan<int>(in token), cancellation);
        }
        finally
        {
            session.FeedForward = null;
        }
        return 1;
    }

    // Without rewriting, the check's keys and values are thrown away: a fork takes them.
    private void CheckAside(int start, ReadOnlySpan<int> draft, MatrixView<float> logits, CancellationToken cancellation)
    {
        var aside = session.Fork();
        aside.Truncate(start);
        aside.ReadAll(draft, logits, cancellation);
        OtherBytesRead += aside.WeightBytesRead;
    }
}
