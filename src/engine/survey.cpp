#include <cwasm/survey.hpp>

#include "format/artifact_walk.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

namespace cwasm {
namespace {

/// Enough that handing it over costs nothing beside reading the files, few enough to be fair.
constexpr std::size_t k_batch = 64;
constexpr std::size_t k_not_worth_a_thread = 16;
/// Batches in the making, a thread: one that is slow does not stop the others at once.
constexpr std::size_t k_batches_per_thread = 3;

/// Neighbouring files and what was found out about them, in memory that is used again.
struct Batch {
  format::CandidateBatch found;
  std::vector<Surveyed> files;
  std::size_t count = 0; ///< of `files`: those that are artifacts
  bool ready = false;
};

/// Checks the files of a batch. One for each thread.
class Checker {
public:
  Checker(std::span<const Engine> engines, const SurveyOptions& options)
      : m_engines(engines), m_options(options) {}

  void check(Batch& batch) {
    batch.count = 0;
    for (const auto& candidate : batch.found.candidates) {
      if (batch.count == batch.files.size()) {
        batch.files.emplace_back();
      }
      auto& file = batch.files[batch.count];
      const auto bytes = batch.found.read(candidate, m_reader, file.path);
      if (bytes && !*bytes) {
        continue;
      }
      ++batch.count;
      file.verdicts.resize(m_engines.size());
      if (bytes) {
        ask_all(**bytes, file);
      } else {
        refuse(bytes.error(), file);
      }
    }
  }

private:
  void ask_all(std::span<const std::byte> bytes, Surveyed& file) {
    file.glance = glance(bytes);
    for (std::size_t i = 0; i < m_engines.size(); ++i) {
      auto& [verdict, structure] = file.verdicts[i];
      verdict = m_engines[i].check(bytes, m_options.kind);
      structure.clear();
      if (!verdict) {
        verdict = verdict.error().with_context(file.path);
      } else if (m_options.structure) {
        structure = structure_complaints(bytes, m_engines[i].release(), m_engines[i].host().triple);
      }
    }
  }

  static void refuse(const Error& error, Surveyed& file) {
    file.glance = {};
    for (auto& [verdict, structure] : file.verdicts) {
      verdict = error;
      structure.clear();
    }
  }

  std::span<const Engine> m_engines;
  const SurveyOptions& m_options;
  format::ArtifactReader m_reader;
};

/// Batches go round in a ring: a thread takes the next free one and fills it from the walk, the
/// caller empties them in the same order.
class Survey {
public:
  Survey(std::span<const std::filesystem::path> paths, std::span<const Engine> engines,
         const SurveyOptions& options, const SurveySink& sink)
      : m_engines(engines), m_options(options), m_sink(sink), m_walk(paths) {}

  Survey(const Survey&) = delete;
  Survey& operator=(const Survey&) = delete;
  Survey(Survey&&) = delete;
  Survey& operator=(Survey&&) = delete;

  ~Survey() {
    {
      const std::lock_guard lock(m_mutex);
      m_stop = true;
    }
    m_change.notify_all();
    for (auto& thread : m_threads) {
      thread.join();
    }
  }

  std::uint64_t run() {
    Batch batch;
    Checker checker(m_engines, m_options);
    while (m_walk.next(batch.found, k_not_worth_a_thread)) {
      m_found += batch.found.candidates.size();
      checker.check(batch);
      hand_out(batch, m_found);
      if (!m_walk.done() && start_threads()) {
        hand_out_all();
        break;
      }
    }
    return m_answers;
  }

private:
  /// False: there are none, and the caller works alone.
  bool start_threads() {
    const unsigned available = std::max(1U, std::thread::hardware_concurrency());
    const unsigned wanted =
        m_options.threads == 0 ? available : std::min(m_options.threads, available);
    if (wanted == 1) {
      return false;
    }
    m_ring.resize(wanted * k_batches_per_thread);
    try {
      while (m_threads.size() < wanted) {
        m_threads.emplace_back([this] { work(); });
      }
    } catch (const std::system_error&) {
      // As many as there may be.
    }
    return !m_threads.empty();
  }

  void work() {
    try {
      Checker checker(m_engines, m_options);
      while (Batch* const batch = take_batch()) {
        checker.check(*batch);
        {
          const std::lock_guard lock(m_mutex);
          batch->ready = true;
        }
        m_change.notify_all();
      }
    } catch (...) {
      // There is no memory left. The caller's thread is to learn of it.
      {
        const std::lock_guard lock(m_mutex);
        m_failure = std::current_exception();
        m_stop = true;
      }
      m_change.notify_all();
    }
  }

  /// The next batch to check, or null at the end.
  Batch* take_batch() {
    std::unique_lock lock(m_mutex);
    m_change.wait(lock, [this] { return m_stop || m_taken < m_handed_out + m_ring.size(); });
    Batch& batch = m_ring[m_taken % m_ring.size()];
    if (m_stop || !m_walk.next(batch.found, k_batch)) {
      m_stop = true;
      lock.unlock();
      m_change.notify_all();
      return nullptr;
    }
    m_found += batch.found.candidates.size();
    ++m_taken;
    return &batch;
  }

  void hand_out_all() {
    std::unique_lock lock(m_mutex);
    for (;;) {
      Batch& batch = m_ring[m_handed_out % m_ring.size()];
      m_change.wait(
          lock, [&] { return batch.ready || m_failure || (m_stop && m_handed_out == m_taken); });
      if (m_failure) {
        std::rethrow_exception(m_failure);
      }
      if (!batch.ready) {
        return;
      }
      const auto found = m_found;
      lock.unlock();
      hand_out(batch, found);
      lock.lock();
      batch.ready = false;
      ++m_handed_out;
      lock.unlock();
      m_change.notify_all();
      lock.lock();
    }
  }

  void hand_out(Batch& batch, std::uint64_t found) {
    for (auto& file : std::span(batch.files).first(batch.count)) {
      m_sink(file);
    }
    m_answers += batch.count;
    m_done += batch.found.candidates.size();
    if (m_options.progress) {
      m_options.progress(m_done, found);
    }
  }

  std::span<const Engine> m_engines;
  const SurveyOptions& m_options;
  const SurveySink& m_sink;
  std::uint64_t m_answers = 0;
  std::uint64_t m_done = 0;

  std::mutex m_mutex; ///< of all that follows, while there are threads
  std::condition_variable m_change;
  format::ArtifactWalk m_walk;
  std::vector<Batch> m_ring;
  std::uint64_t m_taken = 0;
  std::uint64_t m_handed_out = 0;
  std::uint64_t m_found = 0;
  bool m_stop = false;          ///< no more batches are taken
  std::exception_ptr m_failure; ///< of a thread
  std::vector<std::thread> m_threads;
};

} // namespace

std::uint64_t survey(std::span<const std::filesystem::path> paths, std::span<const Engine> engines,
                     const SurveyOptions& options, const SurveySink& sink) {
  return Survey(paths, engines, options, sink).run();
}

} // namespace cwasm
